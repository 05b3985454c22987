"""Layers that turn and flip pictures: on in training alone, and the same for the same seed."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest

import kertasks
from kertasks.recipes.recipe import Layer
from kertasks.registry import find_task

pytestmark = pytest.mark.training

LAYERS = (
    Layer("RandomFlip", {"mode": "horizontal"}),
    Layer("RandomRotation", {"factor": 0.1}),
)


def test_pictures_are_augmented_in_training_alone_and_by_the_seed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    task = find_task("digits")
    dense = task.recipe("dense")
    recipe = replace(dense, layers=(*LAYERS, *dense.layers))
    data = task.load(recipe.data.variant, recipe.seed)
    x, y = data.train.x[:64], data.train.y[:64]

    def trained(layers: tuple[Layer, ...]) -> list[float]:
        model = kertasks.build_model(replace(recipe, layers=layers), data)
        history = kertasks.fit(model, x, y, batch_size=16, epochs=2, seed=recipe.seed)
        said = kertasks.predict(model, x)
        np.testing.assert_array_equal(said, kertasks.predict(model, x))
        losses: list[float] = history.history["loss"]
        return losses

    with caplog.at_level(logging.WARNING, "kertasks.fitting"):
        first, again, plain = (
            trained(layers) for layers in (recipe.layers, recipe.layers, dense.layers)
        )
    assert first == again
    assert first != plain
    assert caplog.messages == []  # no epoch went a slower way
