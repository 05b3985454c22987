"""Which way training goes, that it says so, and that no way changes what comes out."""

from __future__ import annotations

import threading
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from tests.support.architectures import CASES, OwnStep, dense
from tests.support.closeness import assert_close, assert_same_history, assert_same_weights
from tests.support.keras_fit import fit_by_keras

import kertasks

pytestmark = pytest.mark.training

RNG = np.random.default_rng(6)
X = RNG.normal(size=(37, 5)).astype("float32")
Y = RNG.normal(size=(37, 1)).astype("float32")


def new_model(seed: int = 4) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return dense()


@pytest.mark.parametrize("xla", [False, True])
def test_the_same_seed_gives_the_same_numbers_however_calls_are_cut(xla: bool) -> None:
    def run(**settings: Any) -> tuple[Any, list[np.ndarray[Any, Any]]]:
        model = new_model()
        history = kertasks.fit(
            model, X, Y, epochs=4, batch_size=4, validation_split=0.2, seed=3, xla=xla, **settings
        )
        return history.history, model.get_weights()

    whole, weights = run(call_seconds=60.0)
    for settings in ({"call_seconds": 60.0}, {"call_seconds": 1e-9}, {"call_seconds": 2e-3}):
        history, others = run(**settings)
        assert history == whole
        assert all(np.array_equal(a, b) for a, b in zip(weights, others, strict=True))


def test_another_seed_gives_another_order() -> None:
    losses = [
        kertasks.fit(new_model(), X, Y, batch_size=4, seed=seed, xla=False).history["loss"]
        for seed in (1, 2)
    ]
    assert losses[0] != losses[1]


def test_rows_that_do_not_fit_are_streamed() -> None:
    resident, streamed = new_model(), new_model()
    settings: dict[str, Any] = {"epochs": 3, "batch_size": 4, "validation_split": 0.2, "seed": 3}
    expected = kertasks.fit(resident, X, Y, **settings)
    history = kertasks.fit(streamed, X.astype("float64"), Y, memory_limit=100, **settings)
    assert_same_history(history.history, expected.history)
    assert_same_weights(streamed, resident)


def test_steps_per_epoch_go_on_where_the_epoch_before_stopped() -> None:
    settings: dict[str, Any] = {
        "epochs": 5, "batch_size": 8, "steps_per_epoch": 2, "shuffle": False,
        "validation_data": (X, Y), "validation_steps": 3,
    }  # fmt: skip
    ours, kerass = new_model(), new_model()
    with pytest.warns(UserWarning, match="ran out"):
        our_history = kertasks.fit(ours, X, Y, xla=False, **settings)
    with pytest.warns(UserWarning, match="ran out"):
        keras_history = fit_by_keras(kerass, X, Y, **settings)
    assert_same_history(our_history.history, keras_history.history)
    assert_same_weights(ours, kerass)


def test_nothing_is_compiled_twice() -> None:
    phases: list[float | None] = []

    def run(model: keras.Model) -> None:
        kertasks.fit(
            model, X, Y, epochs=2, batch_size=8, validation_split=0.2, xla=True,
            on_compile=phases.append,
        )  # fmt: skip

    first = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3), keras.layers.Dense(1)])
    first.compile(keras.optimizers.SGD(0.1), "mse")
    run(first)
    assert phases[0] is None
    assert phases[1] is not None
    assert phases[1] > 0
    assert len(phases) == 2
    first.optimizer.learning_rate = 0.05
    run(first)
    second = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3), keras.layers.Dense(1)])
    second.compile(keras.optimizers.SGD(0.02), "mse")
    twin = keras.models.clone_model(second)
    twin.set_weights(second.get_weights())
    twin.compile(keras.optimizers.SGD(0.02), "mse")
    run(second)
    assert len(phases) == 2, "another learning rate and another model compile nothing"
    kertasks.fit(twin, X, Y, epochs=2, batch_size=8, validation_split=0.2, xla=False)
    assert_same_weights(second, twin)
    momentum = keras.models.clone_model(second)
    momentum.compile(keras.optimizers.SGD(0.02, momentum=0.9), "mse")
    run(momentum)
    assert len(phases) == 4, "another optimizer is another computation"


def test_the_xla_that_compile_was_given_counts() -> None:
    # The value that Keras does not come to by itself; the other looks like "auto".
    given = not tf.config.list_physical_devices("GPU")
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", jit_compile=given)
    assert kertasks.fit(model, X, Y, epochs=1 if given else 10_000).params["xla"] is given
    assert kertasks.fit(model, X, Y, xla=not given).params["xla"] is not given


@pytest.mark.parametrize(
    ("make_data", "reason"),
    [
        (
            lambda: (tf.data.Dataset.from_tensor_slices((X, Y)).batch(8), None),
            "x is a _BatchDataset",
        ),
        (lambda: (((X[i : i + 8], Y[i : i + 8]) for i in range(0, 32, 8)), None), "generator"),
        (lambda: (tf.sparse.from_dense(X), Y), "SparseTensor"),
    ],
)
def test_other_data_trains_with_keras(make_data: Any, reason: str) -> None:
    notices: list[str] = []
    x, y = make_data()
    arguments = {} if y is None else {"y": y, "batch_size": 8}
    kertasks.fit(new_model(), x, on_notice=notices.append, shuffle=False, **arguments)
    assert len(notices) == 1
    assert reason in notices[0]


class Limiting(keras.callbacks.Callback):  # type: ignore[misc]  # Keras carries no types
    """Notes in which threads its batch hook is run, which Keras may run beside the training."""

    async_safe = True
    steps_limit = 1

    def __init__(self) -> None:
        super().__init__()
        self.threads: set[int] = set()

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        self.threads.add(threading.get_ident())


def test_a_model_run_eagerly_trains_with_keras_in_the_same_order() -> None:
    eager, compiled = new_model(), new_model()
    limiting = Limiting()
    callbacks = keras.callbacks.CallbackList([limiting], add_history=True, model=eager)
    given = list(callbacks.callbacks)
    eager.compile("adam", "mse", metrics=["mae"], run_eagerly=True)
    notices: list[str] = []
    settings: dict[str, Any] = {"epochs": 2, "batch_size": 8, "validation_split": 0.2, "seed": 5}
    history = kertasks.fit(eager, X, Y, callbacks=callbacks, on_notice=notices.append, **settings)
    assert callbacks.callbacks == given, "the caller's list is as it was"
    assert limiting.threads == {threading.get_ident()}
    assert "run_eagerly" in notices[0]
    expected = kertasks.fit(compiled, X, Y, xla=False, **settings)
    assert_same_history(history.history, expected.history)
    assert_same_weights(eager, compiled)


class HasNoXla(keras.layers.Layer):  # type: ignore[misc]  # Keras carries no types
    """Goes through text and back, for which XLA has no operation."""

    def call(self, inputs: Any) -> Any:
        text = tf.strings.as_string(tf.round(tf.stop_gradient(inputs)))
        return inputs + 0.0 * tf.strings.to_number(text)


def test_what_xla_lacks_trains_in_a_plain_graph() -> None:
    def make() -> keras.Model:
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((5,)), HasNoXla(), keras.layers.Dense(1)])
        model.compile("adam", "mse")
        return model

    ours, kerass = make(), make()
    notices: list[str] = []
    settings: dict[str, Any] = {"epochs": 2, "batch_size": 8, "shuffle": False}
    history = kertasks.fit(ours, X, Y, xla=True, on_notice=notices.append, **settings)
    expected = fit_by_keras(kerass, X, Y, **settings)
    assert len(notices) == 1
    assert "XLA cannot compile" in notices[0]
    assert_same_history(history.history, expected.history)
    assert_same_weights(ours, kerass)


@pytest.mark.parametrize("eagerly", [False, True], ids=["compiled", "eagerly"])
def test_a_stateful_layer_is_built_for_the_batches_it_gets(eagerly: bool) -> None:
    x, y = X[:30].reshape(30, 5, 1), Y[:30]

    def make() -> keras.Model:
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.layers.GRU(3, stateful=True), keras.layers.Dense(1)])
        model.compile("adam", "mse", run_eagerly=eagerly)
        return model

    ours, kerass = make(), make()
    settings: dict[str, Any] = {"epochs": 2, "batch_size": 10, "shuffle": False}
    notices: list[str] = []
    history = kertasks.fit(ours, x, y, on_notice=notices.append, xla=False, **settings)
    assert len(notices) == eagerly
    expected = fit_by_keras(kerass, x, y, **settings)
    assert_same_history(history.history, expected.history)
    assert_same_weights(ours, kerass)
    if not eagerly:
        predicted = kertasks.predict(ours, x, batch_size=10)
        assert_close(predicted, kerass.predict(x, batch_size=10, verbose=0), "predictions")
        assert kertasks.predict(make(), x, batch_size=10).shape == (30, 1)


class TwoOptimizers(keras.Model):  # type: ignore[misc]  # Keras carries no types
    """As in Keras's adversarial examples: its optimizers make their variables at the first step."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.out = keras.layers.Dense(4), keras.layers.Dense(1)
        self.optimizers = [keras.optimizers.Adam(0.01), keras.optimizers.SGD(0.1, momentum=0.9)]

    def call(self, inputs: Any) -> Any:
        return self.out(self.hidden(inputs))

    def train_step(self, data: Any) -> dict[str, Any]:
        x, y = data
        with tf.GradientTape(persistent=True) as tape:
            loss = tf.reduce_mean((self(x) - y) ** 2)
        for layer, optimizer in zip((self.hidden, self.out), self.optimizers, strict=True):
            weights = layer.trainable_weights
            optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return {"loss of both": loss}


def test_a_step_may_have_optimizers_of_its_own() -> None:
    def run(fit: Any) -> tuple[Any, ...]:
        keras.utils.set_random_seed(1)
        model = TwoOptimizers()
        model.compile()
        history = fit(model, epochs=2, batch_size=8, shuffle=False).history
        return history, model.get_weights(), [o.variables for o in model.optimizers]

    notices: list[str] = []
    ours = run(lambda model, **more: kertasks.fit(model, X, Y, on_notice=notices.append, **more))
    kerass = run(lambda model, **more: model.fit(X, Y, verbose=0, **more))
    assert notices == []
    keras.tree.map_structure(
        lambda mine, other: assert_close(np.asarray(mine), np.asarray(other), "two optimizers"),
        ours,
        kerass,
    )


def test_an_unbuilt_model_and_one_that_keras_refuses() -> None:
    model = OwnStep()
    with pytest.raises(ValueError, match="compile"):
        kertasks.fit(model, X, Y)
    model.compile("sgd", "mse")
    kertasks.fit(model, X, Y, epochs=1)
    assert model.built
    with pytest.raises(ValueError, match="cardinality"):
        kertasks.fit(new_model(), X, Y[:5])


def test_dropout_agrees_in_distribution_and_advances() -> None:
    def final_losses(way: str) -> list[float]:
        losses: list[float] = []
        # As many epochs of Keras's own are of one network, which it traces once.
        seeds, epochs = (range(1), 24) if way == "keras" else (range(6), 4)
        for seed in seeds:
            keras.utils.set_random_seed(seed)
            model = keras.Sequential(
                [keras.Input((5,)), keras.layers.Dropout(0.5), keras.layers.Dense(1)]
            )
            model.compile(keras.optimizers.SGD(0.0), "mse")
            model.layers[-1].kernel.assign(np.ones((5, 1)))
            data = np.ones((400, 5), "float32"), np.zeros((400, 1), "float32")
            if way == "keras":
                history = model.fit(*data, epochs=epochs, batch_size=40, verbose=0)
            else:
                xla = way == "xla"
                history = kertasks.fit(model, *data, epochs=epochs, batch_size=40, xla=xla)
            losses += history.history["loss"]
        return losses

    # A sum of five terms, each 0 or 2 with even odds: its square has mean 30 and, over 400
    # rows, a standard error of about 1.4.
    for way in ("keras", "graph", "xla"):
        losses = final_losses(way)
        assert len(set(losses)) > 0.8 * len(losses), "every epoch and seed draws anew"
        assert abs(np.mean(losses) - 30.0) < 4 * 1.4 / np.sqrt(len(losses))
        assert 0.5 < np.std(losses) / 1.4 < 2.0


def test_evaluates_and_predicts_like_keras() -> None:
    for case in CASES:
        if case.name not in ("partial batch", "two outputs", "two branches"):
            continue
        model = case.model()
        ours = kertasks.evaluate(model, case.x, case.y, batch_size=8)
        np.testing.assert_allclose(
            ours, model.evaluate(case.x, case.y, batch_size=8, verbose=0), rtol=1e-5
        )
        keras.tree.map_structure(
            lambda mine, kerass: np.testing.assert_allclose(mine, kerass, rtol=1e-5, atol=1e-6),
            kertasks.predict(model, case.x, batch_size=8),
            model.predict(case.x, batch_size=8, verbose=0),
        )
