"""What a program's training is told of, and when it is looked at."""

from __future__ import annotations

import math
from pathlib import Path

import keras
import numpy as np

from kertasks.data.dataset import Dataset
from kertasks.data.splits import Split
from kertasks.kinds import TaskKind
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.history import RunHistory
from kertasks.scripts.end_looks import EndLooks
from kertasks.trainer.callbacks.advice import Advice
from kertasks.trainer.callbacks.event_writer import EventWriter


def test_epochs_that_are_only_noted_are_in_the_curve_that_is_looked_at(tmp_path: Path) -> None:
    x = 1_000 * np.random.default_rng(0).normal(size=(256, 4)).astype("float32")
    data = Dataset(Split(x, x[:, 0]), class_names=(), kind=TaskKind.REGRESSION)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    log = EventLog(tmp_path / "events.jsonl")
    writer = EventWriter(log)
    advice = Advice(
        log,
        writer,
        data,
        32,
        RunHistory(),
        planned=lambda: 50,
        trained=lambda: 1.0,
        tells_all=True,
        ends_with_outputs=lambda: False,
    )
    for callback in (writer, advice):
        callback.set_model(model)
        callback.on_train_begin()
    for epoch in range(20):
        logs = {"loss": 1.0 + epoch, "val_loss": 2.0}
        writer.note(epoch, logs)
        assert advice.note(logs)
    for epoch, loss in ((20, math.nan), (21, math.inf)):
        # The first that is no number is looked at at once, and is not kept twice.
        assert advice.note({"loss": loss}) is (epoch > 20)
        writer.on_epoch_end(epoch, {"loss": loss})
        if epoch == 20:
            advice.on_epoch_end(epoch, {"loss": loss})
    advice.on_train_end()
    log.close()
    found = {f.code: at for at, f in RunHistory.read(tmp_path / "events.jsonl").findings}
    assert found["loss-is-no-number"] == 21
    assert found["unscaled-inputs"] == 22  # known before it began, of which nobody else tells
    assert advice.spent > 0


def test_of_many_short_trainings_few_are_looked_at_as_they_end() -> None:
    looks = EndLooks()
    assert looks.is_due(trained=0.1, spent=0.0)
    looks.add(trained=0.1, spent=0.2)
    looked_at = 0
    for _ in range(100):
        is_due = looks.is_due(trained=1.0, spent=0.0)
        looked_at += is_due
        looks.add(trained=1.0, spent=0.2 if is_due else 0.0)
    assert 5 <= looked_at <= 15  # one takes a tenth of what all looks may take
    assert looks.is_due(trained=60.0, spent=0.0)
