"""The weights that are held for the best epoch are those it had, whatever is trained after it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import kertasks
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import Monitor
from kertasks.runs.weights_file import read_epoch
from kertasks.trainer.callbacks.best_weights import BestWeights
from kertasks.trainer.callbacks.event_writer import EventWriter


class Kept(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Copies the weights after every epoch, and makes up what was measured."""

    def __init__(self, watched: list[float]) -> None:
        super().__init__()
        self.watched = watched
        self.weights: list[list[np.ndarray[Any, Any]]] = []

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        assert isinstance(logs, dict)
        logs["watched"] = self.watched[epoch]
        self.weights.append([weight.copy() for weight in self.model.get_weights()])


@pytest.mark.parametrize("xla", [False, True], ids=["graph", "XLA"])
@pytest.mark.parametrize(
    ("mode", "watched", "best"),
    [
        ("max", [0.5, 0.7, 0.9, 0.9, 0.8, float("inf")], 3),
        ("min", [float("nan"), 0.7, 0.2, 0.3, 0.1, 0.4], 5),
    ],
)
def test_they_are_those_of_the_best_epoch(
    tmp_path: Path, mode: Any, watched: list[float], best: int, xla: bool
) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    writer, kept = EventWriter(log), Kept(watched)
    writer.watch(Monitor("watched", mode))
    held = BestWeights(writer, tmp_path / "best.keras", log)
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4), keras.layers.BatchNormalization()]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.1), loss="mse", jit_compile=xla)
    x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
    kertasks.fit(model, x, x[:, :1] + 1, epochs=len(watched), callbacks=[kept, writer, held])
    last = model.get_weights()
    held.save(model)
    log.close()

    assert held.epoch == writer.best.epoch == best
    saved = keras.models.load_model(tmp_path / "best.keras").get_weights()
    for weight, expected in zip(saved, kept.weights[best - 1], strict=True):
        np.testing.assert_array_equal(weight, expected)
    for weight, expected in zip(model.get_weights(), last, strict=True):
        np.testing.assert_array_equal(weight, expected)
    said = read_epoch(tmp_path / "best.keras")
    assert said is not None
    assert (said.epoch, said.metrics["watched"]) == (best, watched[best - 1])
