"""Callbacks get from ``kertasks.fit`` what they get from ``model.fit``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from tests.support.architectures import dense
from tests.support.closeness import assert_close, assert_same_history, assert_same_weights
from tests.support.keras_fit import fit_by_keras

import kertasks

pytestmark = pytest.mark.training

RNG = np.random.default_rng(2)
X = RNG.normal(size=(37, 5)).astype("float32")
Y = RNG.normal(size=(37, 1)).astype("float32")
SETTINGS: dict[str, Any] = {
    "batch_size": 8,
    "epochs": 6,
    "shuffle": False,
    "validation_data": (X, Y),
}

Fit = Callable[..., keras.callbacks.History]


def new_model() -> keras.Model:
    keras.utils.set_random_seed(4)
    return dense()


def keras_fit(model: keras.Model, x: Any, y: Any, **arguments: Any) -> keras.callbacks.History:
    return fit_by_keras(model, x, y, **arguments)


class Recorder(keras.callbacks.Callback):  # type: ignore[misc]  # Keras carries no types
    """Writes down every hook with its number and the names in its logs."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, ...]] = []

    def _note(self, hook: str, *what: Any, logs: Any = None) -> None:
        self.calls.append((hook, *what, tuple(logs or ())))

    def on_train_begin(self, logs: Any = None) -> None:
        self._note("train begin", self.params["epochs"], self.params["steps"], logs=logs)

    def on_train_end(self, logs: Any = None) -> None:
        self._note("train end", logs=logs)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._note("epoch begin", epoch, logs=logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._note("epoch end", epoch, logs=logs)

    def on_test_begin(self, logs: Any = None) -> None:
        self._note("test begin", logs=logs)

    def on_test_end(self, logs: Any = None) -> None:
        self._note("test end", logs=logs)


class BatchRecorder(Recorder):
    """Also the batch hooks; not async-safe, so it sees every batch."""

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._note("batch begin", batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._note("batch end", batch, logs=logs)
        self.losses = [*getattr(self, "losses", []), (logs or {})["loss"]]

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._note("test batch begin", batch, logs=logs)

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self._note("test batch end", batch, logs=logs)


@pytest.mark.parametrize("kind", [Recorder, BatchRecorder])
def test_hooks_come_in_keras_order(kind: type[Recorder]) -> None:
    ours, kerass = kind(), kind()
    settings = {**SETTINGS, "epochs": 3, "initial_epoch": 1, "validation_freq": 2}
    kertasks.fit(new_model(), X, Y, callbacks=[ours], **settings)
    keras_fit(new_model(), X, Y, callbacks=[kerass], **settings)
    assert ours.calls == kerass.calls
    if isinstance(ours, BatchRecorder) and isinstance(kerass, BatchRecorder):
        assert_close(ours.losses, kerass.losses, "loss after each batch")


class AsyncSafe(BatchRecorder):
    async_safe = True


def test_an_async_safe_callback_does_not_cut_calls() -> None:
    recorder = AsyncSafe()
    kertasks.fit(new_model(), X, Y, callbacks=[recorder], call_seconds=60.0, **SETTINGS)
    ends = [call[1] for call in recorder.calls if call[0] == "batch end"]
    assert ends[-2:] == [3, 4], "four whole batches in one call, then the partial one"


def _halve(epoch: int, rate: float) -> float:
    return rate / 2 if epoch else rate


def test_stock_callbacks_do_what_they_do_in_keras(tmp_path: Path) -> None:
    def run(fit: Fit, folder: Path) -> tuple[keras.Model, dict[str, list[float]]]:
        model = new_model()
        seen: list[float] = []
        history = fit(
            model,
            X,
            Y,
            callbacks=[
                keras.callbacks.LearningRateScheduler(_halve),
                keras.callbacks.ReduceLROnPlateau(patience=1, min_delta=0.5),
                keras.callbacks.ModelCheckpoint(
                    folder / "best.weights.h5", save_best_only=True, save_weights_only=True
                ),
                keras.callbacks.CSVLogger(folder / "log.csv"),
                keras.callbacks.LambdaCallback(
                    on_epoch_end=lambda epoch, logs: seen.append(epoch + logs["val_loss"])
                ),
                keras.callbacks.EarlyStopping(
                    patience=2, min_delta=0.05, restore_best_weights=True
                ),
            ],
            **{**SETTINGS, "epochs": 30},
        )
        assert len(seen) == len(history.history["loss"]) < 30
        best = new_model()
        best.load_weights(folder / "best.weights.h5")
        history.history["best"] = [float(np.sum(np.abs(best.get_weights()[0])))]
        history.history["csv lines"] = [float(len((folder / "log.csv").read_text().splitlines()))]
        return model, history.history

    (tmp_path / "ours").mkdir()
    (tmp_path / "keras").mkdir()
    ours, our_history = run(kertasks.fit, tmp_path / "ours")
    kerass, keras_history = run(keras_fit, tmp_path / "keras")
    assert_same_history(our_history, keras_history)
    assert_same_weights(ours, kerass)


def test_weights_can_be_read_and_written_at_an_epochs_end() -> None:
    class Shrink(keras.callbacks.Callback):  # type: ignore[misc]  # Keras carries no types
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.model.set_weights([weight * 0.5 for weight in self.model.get_weights()])

    ours, kerass = new_model(), new_model()
    our_history = kertasks.fit(ours, X, Y, callbacks=[Shrink()], **SETTINGS)
    keras_history = keras_fit(kerass, X, Y, callbacks=[Shrink()], **SETTINGS)
    assert_same_history(our_history.history, keras_history.history)
    assert_same_weights(ours, kerass)


class StopAfter(keras.callbacks.Callback):  # type: ignore[misc]  # Keras carries no types
    """Stops in the middle of an epoch, and each validation after its first batch."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self.model.optimizer.iterations.numpy() == 7:
            self.model.stop_training = True

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self.model.stop_evaluating = True


def test_stops_in_the_middle_of_an_epoch() -> None:
    ours, kerass = new_model(), new_model()
    our_history = kertasks.fit(ours, X, Y, callbacks=[StopAfter()], **SETTINGS)
    keras_history = keras_fit(kerass, X, Y, callbacks=[StopAfter()], **SETTINGS)
    assert ours.optimizer.iterations.numpy() == 7
    assert_same_history(our_history.history, keras_history.history)
    assert_same_weights(ours, kerass)


def test_terminates_on_nan() -> None:
    bad = Y.copy()
    bad[10] = np.nan
    settings = {**SETTINGS, "validation_data": None}
    for fit in (kertasks.fit, keras_fit):
        model = new_model()
        fit(model, X, bad, callbacks=[keras.callbacks.TerminateOnNaN()], **settings)
        assert model.optimizer.iterations.numpy() == 2


def test_swaps_averaged_weights_for_validation() -> None:
    def make() -> keras.Model:
        model = new_model()
        model.compile(keras.optimizers.SGD(0.05, use_ema=True, ema_momentum=0.9), "mse")
        return model

    ours, kerass = make(), make()
    swap = keras.callbacks.SwapEMAWeights
    our_history = kertasks.fit(ours, X, Y, callbacks=[swap()], **SETTINGS)
    keras_history = keras_fit(kerass, X, Y, callbacks=[swap()], **SETTINGS)
    assert_same_history(our_history.history, keras_history.history)
    assert_same_weights(ours, kerass)


def test_a_callback_may_not_compile_the_model() -> None:
    class Compile(keras.callbacks.Callback):  # type: ignore[misc]  # Keras carries no types
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.model.compile("sgd", "mae")

    model = new_model()
    with pytest.raises(RuntimeError, match="a callback called"):
        kertasks.fit(model, X, Y, callbacks=[Compile()], **SETTINGS)
    kertasks.fit(model, X, Y, callbacks=[Compile()], **{**SETTINGS, "epochs": 1})


def _scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Step and value of every scalar that TensorBoard would plot, by folder and name."""
    found: dict[str, list[tuple[int, float]]] = {}
    for path in sorted(folder.rglob("events.out.*")):
        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
            event = tf.compat.v1.Event.FromString(record)
            for value in event.summary.value:
                if value.metadata.plugin_data.plugin_name == "scalars":
                    number = float(tf.make_ndarray(value.tensor))
                    name = f"{path.parent.name}/{value.tag}"
                    found.setdefault(name, []).append((event.step, number))
    return {name: sorted(points) for name, points in found.items()}


@pytest.mark.parametrize("update_freq", ["epoch", 2])
def test_tensorboard_gets_what_it_gets_in_keras(tmp_path: Path, update_freq: str | int) -> None:
    def run(fit: Fit, folder: Path) -> dict[str, list[float]]:
        board = keras.callbacks.TensorBoard(folder, update_freq=update_freq, histogram_freq=2)
        history = fit(new_model(), X, Y, callbacks=[board], **SETTINGS)
        metrics: dict[str, list[float]] = history.history
        return metrics

    pytest.importorskip("tensorboard", reason="Keras's callback writes with this package")
    history = run(kertasks.fit, tmp_path / "ours")
    run(keras_fit, tmp_path / "keras")
    ours, kerass = _scalars(tmp_path / "ours"), _scalars(tmp_path / "keras")
    # With a number of batches, Keras records only some epochs as well.
    for name, values in history.items() if update_freq == "epoch" else ():
        part = "validation" if name.startswith("val_") else "train"
        written = ours[f"{part}/epoch_{name.removeprefix('val_')}"]
        assert [step for step, _ in written] == list(range(len(values)))
        assert [value for _, value in written] == pytest.approx(values)
    assert ours.keys() == kerass.keys()
    assert ("train/batch_loss" in ours) == (update_freq == 2)
    for name, points in kerass.items():
        assert [step for step, _ in ours[name]] == [step for step, _ in points], name
        assert_close([value for _, value in ours[name]], [value for _, value in points], name)


def test_tensorboard_gets_what_a_layer_of_ones_own_summarizes(tmp_path: Path) -> None:
    class Summarizing(keras.layers.Layer):  # type: ignore[misc]  # Keras carries no types
        def call(self, inputs: Any) -> Any:
            tf.summary.scalar("mean", tf.reduce_mean(inputs))
            return inputs

    def run(fit: Fit, folder: Path) -> set[str]:
        model = keras.Sequential([keras.Input((5,)), Summarizing(), keras.layers.Dense(1)])
        model.compile("sgd", "mse", jit_compile=False)
        board = keras.callbacks.TensorBoard(folder, update_freq=1)
        fit(model, X, Y, epochs=1, validation_data=(X, Y), callbacks=[board])
        parts = (name.split("/") for name in _scalars(folder))
        return {f"{name[0]}/{name[-1]}" for name in parts}

    pytest.importorskip("tensorboard", reason="Keras's callback writes with this package")
    kerass = run(keras_fit, tmp_path / "keras")
    assert {"train/mean", "validation/mean"} <= kerass
    assert run(kertasks.fit, tmp_path / "ours") == kerass


def test_goes_on_from_a_backup(tmp_path: Path) -> None:
    class Crash(keras.callbacks.Callback):  # type: ignore[misc]  # Keras carries no types
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            if epoch == 3:
                raise RuntimeError("the power is gone")

    model, whole = new_model(), new_model()
    with pytest.raises(RuntimeError, match="power"):
        kertasks.fit(
            model,
            X,
            Y,
            callbacks=[keras.callbacks.BackupAndRestore(tmp_path / "b"), Crash()],
            **{**SETTINGS, "shuffle": True},
        )
    assert json.loads((tmp_path / "b" / "training_metadata.json").read_text())["epoch"] == 3
    again = new_model()
    backup = keras.callbacks.BackupAndRestore(tmp_path / "b")
    history = kertasks.fit(again, X, Y, callbacks=[backup], **{**SETTINGS, "shuffle": True})
    assert len(history.history["loss"]) == 3
    kertasks.fit(whole, X, Y, **{**SETTINGS, "shuffle": True})
    assert_same_weights(again, whole)
