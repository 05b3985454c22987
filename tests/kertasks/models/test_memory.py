from __future__ import annotations

from dataclasses import replace

import pytest

from kertasks.models.build import build_model
from kertasks.models.memory import bytes_held
from kertasks.recipes.recipe import Component, Layer
from kertasks.registry import find_task

TASK = find_task("xor")
ANSWER = TASK.recipes["answer"]
DATA = TASK.load(ANSWER.data.variant, seed=0)


@pytest.mark.parametrize(
    "optimizer",
    [
        Component("SGD", {}),
        Component("SGD", {"momentum": 0.9}),
        Component("RMSprop", {}),
        Component("Adam", {"amsgrad": True}),
        Component("Nadam", {}),
    ],
    ids=lambda component: f"{component.class_name} {component.arguments}",
)
def test_it_is_what_the_weights_and_the_optimizer_hold(optimizer: Component) -> None:
    recipe = replace(ANSWER, compile=replace(ANSWER.compile, optimizer=optimizer))
    model = build_model(recipe, DATA)
    model.optimizer.build(model.trainable_weights)
    weights = sum(weight.numpy().nbytes for weight in model.weights)
    kept = [v.numpy() for v in model.optimizer.variables if v.shape != ()]
    assert bytes_held(recipe, DATA) == weights + sum(array.nbytes for array in kept)


def test_what_fits_nowhere_is_counted_without_taking_it() -> None:
    huge = replace(ANSWER, layers=(Layer("Dense", {"units": 10**12}), *ANSWER.layers))
    assert bytes_held(huge, DATA) > 10**13


def test_counting_changes_no_weight_that_is_drawn_later() -> None:
    before = build_model(ANSWER, DATA).get_weights()
    bytes_held(ANSWER, DATA)
    after = build_model(ANSWER, DATA).get_weights()
    assert all((one == other).all() for one, other in zip(before, after, strict=True))
