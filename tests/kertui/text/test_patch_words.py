"""What a patch changes, in words."""

from __future__ import annotations

from kertasks.recipes.recipe import CompileSettings, Component, Layer, Recipe
from kertui.text.patch_words import patch_in_words

RECIPE = Recipe(
    task="xor",
    name="mine",
    layers=(
        Layer("Dense", {"units": 2, "activation": "relu"}),
        Layer("Dense", {"units": 2, "activation": "relu"}),
        Layer("Dense", {"units": 1, "activation": "softmax"}),
    ),
    compile=CompileSettings(Component("SGD"), "mse"),
)


def test_each_kind_of_change_is_told() -> None:
    told = {
        "layers.2.activation=sigmoid": "sigmoid instead of softmax",
        "compile.loss=mae": "mae instead of mse",
        "compile.optimizer=Adam": "Adam instead of SGD",
        "compile.optimizer.learning_rate=0.001": "learning rate 0.001",
        "fit.epochs=200": "epochs 200 instead of 10",
        "layers.1=Identity": "Identity instead of Dense(units 2, activation relu)",
        "layers.1=": "no Dense(units 2, activation relu)",
        "layers.0.activation=": "activation left out",
        "layers.0+=Flatten": "Flatten before layer 0",
        'layers.3+={ class = "Rescaling", scale = 2, offset = [1, 2, 3, 4, 5, 6, 7] }': (
            "Rescaling(scale 2, offset of 7 numbers) at the end"
        ),
    }
    assert {change: patch_in_words(RECIPE, [change]) for change in told} == told


def test_what_is_changed_alike_is_said_once() -> None:
    patch = ["layers.0.units=8", "layers.1.units=8", "fit.batch_size=8"]
    assert patch_in_words(RECIPE, patch) == (
        "units 8 instead of 2 in 2 layers, batch size 8 instead of 32"
    )
