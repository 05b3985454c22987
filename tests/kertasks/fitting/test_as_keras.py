"""What plain Keras does in the small, done as well: each test runs ``model.fit`` beside it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from tests.support.closeness import assert_same_history, assert_same_weights
from tests.support.keras_fit import fit_by_keras

import kertasks

pytestmark = pytest.mark.training

RNG = np.random.default_rng(12)
X = RNG.normal(size=(37, 3)).astype("float32")
Y = RNG.normal(size=(37, 1)).astype("float32")

Fit = Callable[..., Any]


def our_fit(model: keras.Model, *data: Any, **arguments: Any) -> Any:
    return kertasks.fit(model, *data, xla=False, **arguments)  # which is sooner ready


def keras_fit(model: keras.Model, *data: Any, **arguments: Any) -> Any:
    return fit_by_keras(model, *data, **arguments)


def keras_evaluate(model: keras.Model, *data: Any, **arguments: Any) -> Any:
    return model.evaluate(*data, verbose=0, **arguments)


def network(kind: type[keras.Model] = keras.Sequential, **settings: Any) -> keras.Model:
    keras.utils.set_random_seed(4)
    model = kind([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", **settings)
    return model


class Stops(keras.callbacks.Callback):  # type: ignore[misc]  # Keras carries no types
    """Sets a stop in one hook, the second time where that comes each epoch."""

    def __init__(self, hook: str, stop: str) -> None:
        super().__init__()
        self.batches: list[int] = []
        self._stop = stop
        setattr(self, hook, self._ask_to_stop)

    def _ask_to_stop(self, number: Any = None, logs: Any = None) -> None:
        if number != 0 or not isinstance(number, int):
            setattr(self.model, self._stop, True)


@pytest.mark.parametrize(
    ("hook", "per_execution"),
    [
        ("on_train_begin", 1),
        ("on_epoch_begin", 1),
        ("on_epoch_begin", 3),
        ("on_train_batch_begin", 1),
    ],
)
def test_a_stop_lets_one_execution_more_train(hook: str, per_execution: int) -> None:
    steps, weights = [], []
    for fit in (our_fit, keras_fit):
        model = network(steps_per_execution=per_execution)
        stops = Stops(hook, "stop_training")
        fit(model, X, Y, epochs=4, batch_size=4, shuffle=False, callbacks=[stops])
        steps.append(int(model.optimizer.iterations.numpy()))
        weights.append(model.get_weights())
    assert steps[0] == steps[1] < 20
    for ours, kerass in zip(*weights, strict=True):
        np.testing.assert_allclose(ours, kerass, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("hook", ["on_test_begin", "on_test_batch_begin"])
def test_a_stop_lets_one_execution_more_be_evaluated(hook: str) -> None:
    losses = [
        evaluate(network(), X, Y, batch_size=4, callbacks=[Stops(hook, "stop_evaluating")])
        for evaluate in (kertasks.evaluate, keras_evaluate)
    ]
    assert losses[0] == pytest.approx(losses[1])
    assert losses[0] != pytest.approx(kertasks.evaluate(network(), X, Y))


class Counting(keras.metrics.Mean):  # type: ignore[misc]  # Keras carries no types
    """Counts in Python how often it began anew."""

    def __init__(self) -> None:
        super().__init__(name="begun")
        self.begun = 0

    def reset_state(self) -> None:
        super().reset_state()
        self.begun += 1

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        super().update_state(y_true - y_pred, sample_weight)

    def result(self) -> Any:
        return tf.cast(self.begun, "float32") + 0.0 * super().result()


def test_a_metric_begins_anew_and_is_read_in_python() -> None:
    found = []
    for fit in (our_fit, keras_fit):
        for data in ({}, {"validation_data": (X, Y)}):
            model = network(metrics=[Counting()])
            history = fit(model, X, Y, epochs=4, **data).history
            found.append({name: history[name] for name in history if "begun" in name})
        evaluate = kertasks.evaluate if fit is our_fit else keras_evaluate
        found[-1]["evaluated"] = [evaluate(model, X, Y), evaluate(model, X, Y)]
        found[-1]["first"] = evaluate(network(metrics=[Counting()]), X, Y)[1]
        found[-1]["evaluated"] = [values[1] for values in found[-1]["evaluated"]]
    assert found[0] == {"begun": [0, 1, 2, 3]}
    assert found[:2] == found[2:]


class ChangesMetrics(keras.callbacks.Callback):  # type: ignore[misc]  # Keras carries no types
    """Adds to the sum of the loss in one hook."""

    def __init__(self, hook: str) -> None:
        super().__init__()
        setattr(self, hook, self._add)

    def _add(self, number: int, logs: Any = None) -> None:
        self.model.metrics[0].variables[0].assign_add(1000.0 + number)


HOOKS = ["on_epoch_begin", "on_train_batch_end", "on_test_batch_end"]


@pytest.mark.parametrize("hook", HOOKS)
def test_metrics_are_read_after_the_hooks_of_batches(hook: str) -> None:
    histories = []
    for fit in (our_fit, keras_fit):
        settings: dict[str, Any] = {"validation_data": (X, Y), "callbacks": [ChangesMetrics(hook)]}
        history = fit(network(), X, Y, epochs=3, batch_size=16, shuffle=False, **settings)
        histories.append(history.history)
    assert_same_history(*histories)
    name = "val_loss" if "test" in hook else "loss"
    assert min(histories[0][name]) > 25


class ReportsItsLoss(keras.Sequential):  # type: ignore[misc]  # Keras carries no types
    """Its step gives the loss of the batch under the name of the mean."""

    def train_step(self, data: Any) -> Any:
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x, y, self(x, training=True))
        weights = self.trainable_weights
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return {"loss": loss}


def test_a_step_of_one_s_own_gives_batch_hooks_its_own_logs() -> None:
    found = []
    for fit in (our_fit, keras_fit):
        losses: list[float] = []
        seen = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda _, logs, losses=losses: losses.append(logs["loss"])
        )
        history = fit(network(ReportsItsLoss), X, Y, shuffle=False, batch_size=8, callbacks=[seen])
        found.append([*losses, *history.history["loss"]])
    np.testing.assert_allclose(found[0], found[1], rtol=1e-5)
    assert found[0][0] != 0


class OwnTrainFunction(keras.Sequential):  # type: ignore[misc]  # Keras carries no types
    train_function: Any

    def make_train_function(self, force: bool = False) -> Any:
        super().make_train_function(force)
        function = self.train_function
        self.train_function = lambda data: {**function(data), "mine": 1.0}


class OwnTestFunction(keras.Sequential):  # type: ignore[misc]  # Keras carries no types
    test_function: Any

    def make_test_function(self, force: bool = False) -> Any:
        super().make_test_function(force)
        function = self.test_function
        self.test_function = lambda data: {**function(data), "mine": 1.0}


class OwnPredictFunction(keras.Sequential):  # type: ignore[misc]  # Keras carries no types
    predict_function: Any

    def make_predict_function(self, force: bool = False) -> Any:
        super().make_predict_function(force)
        function = self.predict_function
        self.predict_function = lambda data: function(data) + 7.0


@pytest.mark.parametrize(
    ("kind", "method"),
    [(OwnTrainFunction, "make_train_function"), (OwnTestFunction, "make_test_function")],
)
def test_a_function_of_a_model_s_own_making_is_used(kind: type[Any], method: str) -> None:
    notices: list[str] = []
    settings: dict[str, Any] = {"shuffle": False, "epochs": 2, "validation_data": (X, Y)}
    ours = kertasks.fit(network(kind), X, Y, on_notice=notices.append, **settings)
    kerass = keras_fit(network(kind), X, Y, **settings)
    assert ours.history == kerass.history
    assert "mine" in " ".join(ours.history)
    reason = f"the model has a method {method} of its own"
    assert notices == [f"training with Keras's own fit, which is slower: {reason}"]
    if kind is OwnTestFunction:
        kertasks.fit(network(kind), X, Y, on_notice=notices.append)
        assert len(notices) == 1, "nothing is tested"
        found = kertasks.evaluate(network(kind), X, Y, return_dict=True, on_notice=notices.append)
        assert found["mine"] == 1.0
        assert reason in notices[1]


def test_a_model_predicts_with_a_function_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    model = network(OwnPredictFunction)
    np.testing.assert_allclose(kertasks.predict(model, X), model(X) + 7.0, rtol=1e-5)
    assert "the model has a method make_predict_function of its own" in caplog.text


class OwnWays(keras.Sequential):  # type: ignore[misc]  # Keras carries no types
    """Trains with kertasks itself, on twice the targets."""

    def fit(self, data: Any, targets: Any, **arguments: Any) -> Any:
        assert isinstance(data, np.ndarray)
        return kertasks.fit(self, data, 2 * targets, **arguments)

    def evaluate(self, data: Any, targets: Any, **arguments: Any) -> Any:
        return kertasks.evaluate(self, data, 2 * targets, **arguments)

    def predict(self, data: Any, **arguments: Any) -> Any:
        return -kertasks.predict(self, data, **arguments)


def test_a_fit_of_a_model_s_own_is_called(caplog: pytest.LogCaptureFixture) -> None:
    notices: list[str] = []
    ours, kerass = network(OwnWays), network()
    kertasks.fit(ours, X, Y, epochs=2, shuffle=False, on_notice=notices.append)
    fit_by_keras(kerass, X, 2 * Y, epochs=2, shuffle=False)
    assert_same_weights(ours, kerass)
    found = kertasks.evaluate(ours, X, Y, on_notice=notices.append)
    assert found == pytest.approx(kerass.evaluate(X, 2 * Y, verbose=0))
    predicted = kertasks.predict(ours, X)
    np.testing.assert_allclose(predicted, -kerass.predict(X, verbose=0), rtol=1e-4, atol=1e-5)
    assert notices == [
        "training with the model's own fit",
        "evaluating with the model's own evaluate",
    ]
    assert "predicting with the model's own predict" in caplog.text
    with pytest.raises(ValueError, match="in its middle: the model has a fit of its own"):
        kertasks.fit(ours, X, Y, initial_step=1)


def test_a_method_of_one_instance_counts() -> None:
    model = network()
    model.make_train_function = lambda force=False: keras.Model.make_train_function(model, force)
    notices: list[str] = []
    kertasks.fit(model, X, Y, on_notice=notices.append)
    assert "make_train_function" in notices[0]


class Batches(keras.callbacks.Callback):  # type: ignore[misc]  # Keras carries no types
    """Writes down which batches began and ended, and where the weights are then."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, int, int]] = []

    def _note(self, hook: str, batch: int) -> None:
        self.seen.append((hook, batch, int(self.model.optimizer.iterations.numpy())))

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._note("train begin", batch)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._note("train end", batch)

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._note("test begin", batch)

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self._note("test end", batch)


@pytest.mark.parametrize(
    ("per_execution", "batch_size", "asked"),
    [
        (2, 8, {}),  # five batches, the last one partial
        (3, 8, {}),  # the last execution has a whole one and the partial one
        (32, 37, {}),
        (2, 4, {"steps_per_epoch": 3, "validation_steps": 3}),  # Keras reads four
        (2, 8, {"steps_per_epoch": 2, "validation_steps": 9}),
    ],
)
@pytest.mark.filterwarnings("ignore:.*ran out")
def test_batches_are_executed_and_counted_as_in_keras(
    per_execution: int, batch_size: int, asked: dict[str, int]
) -> None:
    seen, histories, models = [], [], []
    for fit in (our_fit, keras_fit):
        models.append(network(steps_per_execution=per_execution))
        batches = Batches()
        settings: dict[str, Any] = {"shuffle": False, "epochs": 4, "validation_data": (X, Y)}
        settings |= {"batch_size": batch_size, "callbacks": [batches], **asked}
        histories.append(fit(models[-1], X, Y, **settings).history)
        seen.append(batches.seen)
    assert seen[0] == seen[1]
    assert_same_history(*histories)
    assert_same_weights(*models)


@pytest.mark.parametrize("evaluate", [kertasks.evaluate, keras_evaluate])
def test_too_few_rows_to_evaluate_are_warned_of(evaluate: Fit) -> None:
    with pytest.warns(UserWarning, match="ran out"):
        evaluate(network(), X, Y, batch_size=8, steps=6)


def _stop_after_3(model: keras.Model, batch: int, logs: Any = None) -> None:
    model.stop_training = batch >= 3


def test_a_stop_comes_after_whole_executions() -> None:
    steps = []
    for fit in (our_fit, keras_fit):
        model = network(steps_per_execution=3)
        stop = keras.callbacks.LambdaCallback(on_train_batch_end=partial(_stop_after_3, model))
        fit(model, X, Y, batch_size=4, callbacks=[stop])
        steps.append(int(model.optimizer.iterations.numpy()))
    assert steps == [6, 6]


@pytest.mark.parametrize("name", ["fit", "evaluate", "predict"])
def test_arguments_are_those_of_keras_in_their_places(name: str) -> None:
    kerass = [
        (parameter.name, parameter.default)
        for parameter in inspect.signature(getattr(keras.Model, name)).parameters.values()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and parameter.name != "self"
    ]
    ours = list(inspect.signature(getattr(kertasks, name)).parameters.values())
    assert ours.pop(0).name == "model"
    places = [(one.name, one.default) for one in ours if one.kind is not one.KEYWORD_ONLY]
    # kertasks is silent unless it is asked to speak.
    assert places == [(n, 0 if n == "verbose" else default) for n, default in kerass]


def test_arguments_may_be_given_by_their_places() -> None:
    ours, kerass = network(), network()
    places: tuple[Any, ...] = (X, Y, 8, 3, 0, None, 0.2, None, False)
    assert_same_history(kertasks.fit(ours, *places).history, kerass.fit(*places).history)
    assert kertasks.evaluate(ours, X, Y, 8, 0) == pytest.approx(ours.evaluate(X, Y, 8, 0))


def test_no_more_batches_can_be_done_than_an_epoch_has() -> None:
    with pytest.raises(ValueError, match=r"initial_step is 6; allowed: .* 0 to 5, the b"):
        kertasks.fit(network(), X, Y, batch_size=8, initial_step=6)
