"""Programs belong to what they were traced from: to the objects of a model as they were, to Keras's
code as it was, and to TensorFlow's context."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import MethodType
from typing import Any
from unittest import mock

import keras
import numpy as np
import pytest
import tensorflow as tf
from tests.support.architectures import CASES
from tests.support.closeness import assert_close, assert_same_history, assert_same_weights

import kertasks
from kertasks.fitting.keras_internals.keras_arrays import OrderedArrays
from kertasks.fitting.keras_internals.keras_methods import call_instead
from kertasks.fitting.programs.architecture import signature
from kertasks.fitting.programs.compiled_pass import build_for, read
from kertasks.fitting.programs.program import Kind
from kertasks.fitting.rows.words import word_readers
from kertasks.registry import all_tasks, find_task

pytestmark = pytest.mark.training

layers = keras.layers
RNG = np.random.default_rng(9)
X = RNG.normal(size=(24, 3, 2)).astype("float32")
Y = RNG.normal(size=(24, 1)).astype("float32")
SETTINGS: dict[str, Any] = {"batch_size": 8, "shuffle": False}

Change = Callable[[keras.Model], Any]


def nested_model() -> keras.Model:
    """A model with something at every place where an object may lie."""
    keras.utils.set_random_seed(2)
    regularizer = keras.regularizers.L2(0.1)
    inner = keras.Sequential(
        [
            keras.Input((3, 2)),
            layers.TimeDistributed(layers.Dense(3, "tanh", kernel_regularizer=regularizer)),
            layers.Bidirectional(layers.SimpleRNN(2)),
        ]
    )
    hidden = layers.Dense(3, keras.activations.relu, kernel_constraint="max_norm")
    model = keras.Sequential([keras.Input((3, 2)), inner, hidden, layers.Dense(1)])
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    optimizer = keras.optimizers.SGD(rate, momentum=0.5)
    model.compile(
        keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=4.0),
        [keras.losses.Huber(delta=0.5)],
        metrics=[keras.metrics.BinaryAccuracy(threshold=0.2)],
    )
    return model


def small_model() -> keras.Model:
    keras.utils.set_random_seed(2)
    inner = keras.Sequential([keras.Input((3, 2)), layers.Flatten(), layers.Dense(3)])
    model = keras.Sequential([keras.Input((3, 2)), inner, layers.Dense(1, "tanh")])
    loss = [keras.losses.Huber(delta=0.5)]
    model.compile(keras.optimizers.SGD(0.1, momentum=0.5), loss, metrics=["mae"])
    return model


def prepare(model: keras.Model, x: Any, y: Any) -> None:
    build_for(model, read(OrderedArrays(x, y, batch_size=8), Kind.TRAIN))


def signed(model: keras.Model, kind: Kind = Kind.TRAIN) -> str | None:
    return signature(model, kind, frozenset())


def inner_cell(model: keras.Model) -> Any:
    return model.layers[0].layers[1].forward_layer.cell


def metric_of(model: keras.Model) -> Any:
    return model.metrics[1].metrics[0]


def replace(owner: Any, method: str, result: Callable[[Any], Any]) -> None:
    own = getattr(owner, method)
    setattr(owner, method, lambda *given, **named: result(own(*given, **named)))


def wrapped(layer: int) -> Callable[[keras.Model], Any]:
    return lambda model: model.layers[0].layers[layer].layer


def loss_of(model: keras.Model) -> Any:
    return model.loss[0]


def inner_optimizer(model: keras.Model) -> Any:
    return model.optimizer.inner_optimizer


def schedule(model: keras.Model) -> Any:
    return model.optimizer.inner_optimizer._learning_rate


STEPS = (
    "train_step", "test_step", "call", "compute_loss", "compute_metrics", "get_metrics_result",
    "reset_metrics",
)  # fmt: skip
METHODS: list[tuple[Callable[[keras.Model], Any], str]] = [
    *((lambda model: model, name) for name in STEPS),
    (wrapped(0), "call"),
    (lambda model: model.layers[0].layers[1], "call"),
    (inner_cell, "call"),
    (loss_of, "call"),
    (metric_of, "update_state"),
    (metric_of, "result"),
    (lambda model: model._loss_tracker, "reset_state"),
    (lambda model: model.optimizer, "apply"),
    (inner_optimizer, "update_step"),
    (schedule, "get_config"),
    (lambda model: wrapped(0)(model).kernel_regularizer, "get_config"),
    (lambda model: model.layers[1].kernel.constraint, "get_config"),
    (lambda model: model.layers[1]._dtype_policy, "convert_input"),
    (lambda model: model.layers[1], "activation"),
]  # fmt: skip

SETTINGS_OF: list[tuple[Callable[[keras.Model], Any], str, Any]] = [
    (loss_of, "_fn_kwargs", {"delta": 3.0}),
    (metric_of, "_fn_kwargs", {"threshold": 0.9}),
    (schedule, "decay_rate", 0.25),
    (inner_optimizer, "momentum", 0.25),
    (lambda model: wrapped(0)(model).kernel_regularizer, "l2", 3.0),
    (lambda model: model.layers[1].kernel.constraint, "max_value", 0.5),
    (inner_cell, "activation", keras.activations.relu),
    (lambda model: model.layers[1], "_dtype_policy", keras.DTypePolicy("mixed_bfloat16")),
    (lambda model: model.layers[1], "autocast", False),
    (lambda model: model.layers[1], "_trainable", False),
    (lambda model: model, "test_step", keras.Model.predict_step),
]  # fmt: skip


@contextmanager
def changed(owner: Any, attribute: str, value: Any) -> Iterator[None]:
    before = dict(vars(owner))
    setattr(owner, attribute, value)
    try:
        yield
    finally:
        delattr(owner, attribute)
        if attribute in before:
            setattr(owner, attribute, before[attribute])


def test_whatever_is_replaced_or_changed_on_a_model_shares_nothing_with_its_twin() -> None:
    model = nested_model()
    prepare(model, X, Y)
    plain = signed(model)
    assert plain is not None
    for of, method in METHODS:
        own = getattr(of(model), method)
        for other in (
            MethodType(lambda _, *given, own=own, **named: own(*given, **named), of(model)),
            lambda *given, own=own, **named: own(*given, **named),
            mock.Mock(wraps=own),
        ):
            with changed(of(model), method, other):
                assert signed(model) is None, (of(model), method)
    for of, attribute, value in SETTINGS_OF:
        with changed(of(model), attribute, value):
            assert signed(model) != plain, (of(model), attribute)
    assert signed(model) == plain


@pytest.mark.parametrize(
    ("change", "back"),
    [
        (lambda: keras.config.set_floatx("float64"), lambda: keras.config.set_floatx("float32")),
        (lambda: keras.config.set_epsilon(1e-5), lambda: keras.config.set_epsilon(1e-7)),
        (tf.debugging.enable_check_numerics, tf.debugging.disable_check_numerics),
    ],
    ids=["floatx", "epsilon", "check_numerics"],
)
def test_what_is_set_for_all_counts_for_what_is_shared(
    change: Callable[[], None], back: Callable[[], None]
) -> None:
    model = small_model()
    prepare(model, X, Y)
    plain = signed(model)
    change()
    try:
        assert signed(model) != plain
    finally:
        back()
    assert signed(model) == plain


RECIPES = [
    (recipe, task.name)
    for task in all_tasks()
    for recipe in task.recipes.values()
    if not task.files
]


def test_models_of_one_recipe_are_still_shared() -> None:
    for recipe, task in RECIPES:
        data = find_task(task).load(recipe.data.variant, 0)
        signatures = set()
        for _ in range(2):
            model = kertasks.build_model(recipe, data)
            prepare(model, data.train.x[:8], data.train.y[:8])
            signatures.add(signed(model))
        assert len(signatures - {None}) == len(signatures) == 1, recipe.name
    for case in {case.make: case for case in CASES}.values():
        models = case.model(), case.model()
        for model in models:
            if not model.built:
                continue
            prepare(model, case.x, case.y)
        signatures = {signed(model, kind) for model in models for kind in Kind}
        is_own = type(models[0]).__module__.startswith("tests") or "two results" in case.name
        assert (None in signatures) == is_own, case.name
        assert is_own or len(signatures) == len(Kind), case.name


def doubled(model: keras.Model) -> None:
    replace(model, "compute_loss", lambda loss: 2 * loss)


def other_step(model: keras.Model) -> None:
    own = model.train_step
    model.train_step = lambda data: own((2 * data[0], data[1]))


def other_update(model: keras.Model) -> None:
    own = model.optimizer.update_step
    model.optimizer.update_step = lambda gradient, variable, rate: own(gradient, variable, 2 * rate)


def other_parts(model: keras.Model) -> None:
    replace(model.layers[0].layers[1], "call", lambda found: 2 * found)
    replace(model.loss[0], "call", lambda losses: losses + 1)
    prepare(model, X, Y)  # which makes the metric
    replace(metric_of(model), "result", lambda found: found + 5)


@pytest.mark.parametrize("change", [doubled, other_step, other_update, other_parts])
def test_what_is_replaced_on_a_model_counts_there_and_nowhere_else(change: Change) -> None:
    def run(model: keras.Model) -> Any:
        return kertasks.fit(model, X, Y, xla=False, **SETTINGS).history

    plain_history = run(small_model())
    ours, kerass = small_model(), small_model()
    change(ours)
    change(kerass)
    history = run(ours)
    assert_same_history(history, kerass.fit(X, Y, verbose=0, **SETTINGS).history)
    assert_same_weights(ours, kerass)
    assert history != plain_history
    assert run(small_model()) == plain_history


def test_what_is_replaced_after_a_fit_counts_when_keras_would_trace_again() -> None:
    def run(fit: Any, evaluate: Any) -> tuple[Any, ...]:
        model = small_model()
        found = [fit(model, **SETTINGS).history]  # by a shared program
        own = model.train_step
        doubled(model)
        model.optimizer.momentum = 0.1
        model.layers[1].activation = keras.activations.tanh
        model.layers[1].trainable = False
        model.train_step = lambda data: own((2 * data[0], data[1]))
        found.append(fit(model, **SETTINGS).history)  # nothing of it
        found.append(fit(model, **SETTINGS | {"batch_size": 6}).history)  # but the step
        found.append(fit(model, **SETTINGS).history)  # nothing again
        found.append(evaluate(model))  # the first of testing
        model.compile(keras.optimizers.SGD(0.1), model.loss, metrics=["mae"])
        found.append(fit(model, **SETTINGS).history)  # the step too
        model.optimizer = keras.optimizers.SGD(0.5)
        found.append(fit(model, **SETTINGS).history)  # the optimizer from before
        return found, model.get_weights()

    kertasks.fit(small_model(), X, Y, xla=False, **SETTINGS)

    def our_fit(model: keras.Model, **settings: Any) -> Any:
        return kertasks.fit(model, X, Y, xla=False, **settings)

    ours = run(our_fit, lambda model: kertasks.evaluate(model, X, Y, return_dict=True))
    kerass = run(
        lambda model, **settings: model.fit(X, Y, verbose=0, **settings),
        lambda model: model.evaluate(X, Y, verbose=0, return_dict=True),
    )
    keras.tree.map_structure(
        lambda mine, other: assert_close(mine, other, "after changes"), ours, kerass
    )


def test_the_order_of_rows_makes_no_other_program() -> None:
    model = small_model()
    kertasks.fit(model, X, Y, xla=False, **SETTINGS)
    doubled(model)
    seen: list[Any] = []
    kertasks.fit(model, X, Y, xla=False, batch_size=8, on_compile=seen.append)
    assert seen == []


def dense_evaluation() -> tuple[list[Any], list[Any], list[Any]]:
    """Ours, Keras's, and what was compiled."""
    keras.utils.set_random_seed(2)
    model = keras.Sequential([keras.Input((3, 2)), layers.Flatten(), layers.Dense(1, "tanh")])
    model.compile("sgd", "mse")
    seen: list[Any] = []
    history = kertasks.fit(model, X, Y, xla=False, on_compile=seen.append, **SETTINGS).history
    return history["loss"], kertasks.evaluate(model, X, Y), seen


def test_what_is_patched_in_keras_counts_for_the_time_of_the_patch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def keras_evaluation() -> tuple[list[Any], Any]:
        keras.utils.set_random_seed(2)
        model = keras.Sequential([keras.Input((3, 2)), layers.Flatten(), layers.Dense(1, "tanh")])
        model.compile("sgd", "mse")
        history = model.fit(X, Y, verbose=0, **SETTINGS).history
        return history["loss"], model.evaluate(X, Y, verbose=0)

    plain = dense_evaluation()[:2]
    own_call, own_loss = layers.Dense.call, keras.Model.compute_loss
    with monkeypatch.context() as patch:
        patch.setattr(layers.Dense, "call", lambda self, x: 3 * own_call(self, x))
        patch.setattr(keras.Model, "compute_loss", lambda *a, **k: 2 * own_loss(*a, **k))
        ours, kerass = dense_evaluation()[:2], keras_evaluation()
        assert_close(ours[0], kerass[0], "patched, training")
        assert_close(ours[1], kerass[1], "patched, testing")
        assert ours != plain
    *again, seen = dense_evaluation()
    assert tuple(again) == plain
    assert seen == [], "what was kept before is still there"
    with monkeypatch.context() as patch:  # by another of Keras's own, which shares with itself
        patch.setattr(layers.Dense, "call", lambda _, x: x)
        assert signature(built_dense(), Kind.TEST, frozenset()) is None
        patch.setattr(layers.Dense, "call", layers.EinsumDense.call)
        patched = signature(built_dense(), Kind.TEST, frozenset())
    assert patched not in (None, signature(built_dense(), Kind.TEST, frozenset()))
    with mock.patch("keras.src.losses.losses.squeeze_or_expand_to_same_rank"):
        assert signature(built_dense(), Kind.TEST, frozenset()) is None


def built_dense() -> keras.Model:
    model = keras.Sequential([keras.Input((5,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def test_a_replaced_method_outlives_the_reading_of_words() -> None:
    model = keras.Sequential([keras.Input((1_000,)), layers.Dense(1)])
    assert word_readers(model, 1_000) == model.layers
    model.layers[0].call = replaced = lambda inputs: inputs[:, :1]
    assert word_readers(model, 1_000) == []
    with call_instead(model.layers[0], "call", lambda inputs: inputs):
        pass
    assert model.layers[0].call is replaced


RESET = """
import kertasks
from kertasks.keras_import import import_keras
import_keras()
import keras, numpy as np
from tensorflow.python.eager import context

x, y = np.ones((10, 3), "float32"), np.ones((10, 1), "float32")
seen = []

def run(fit, **more):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    fit(model, x=x, y=y, epochs=2, batch_size=4, shuffle=False, **more)
    return kertasks.evaluate(model, x, y), kertasks.predict(model, x)

def check(xla):
    found = run(kertasks.fit, on_compile=seen.append, on_notice=print, xla=xla)
    for mine, other in zip(found, expected):
        np.testing.assert_allclose(mine, other, rtol=1e-5)

expected = run(keras.Model.fit, verbose=0)
check(xla=True)
keras.utils.clear_session()
check(xla=True)
assert len(seen) == 2, "a cleared session costs nothing"
for xla in (True, False):
    context._reset_context()
    check(xla)
assert len(seen) == 6
"""


def test_a_reset_of_tensorflow_forgets_the_programs_and_a_cleared_session_does_no_harm() -> None:
    done = subprocess.run(
        [sys.executable, "-c", RESET], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
