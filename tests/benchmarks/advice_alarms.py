"""How often advice raises an alarm over networks that train well: random recipes, then checked.

Networks and settings are drawn from what people usually take, trained on the tasks that need no
files, and kept where they train well on rows held out; then advice looks at each, before training
and after a short one. Printed are all that were kept, with what was said of them. Run it as
``python -m tests.benchmarks.advice_alarms [RECIPES] [SECONDS] [SEED]``.
"""

from __future__ import annotations

import random
import sys
import time
import warnings
from collections.abc import Iterator

import numpy as np

import kertasks
from kertasks.advice.data_reading import spread_rows
from kertasks.advice.recipe_advice import advise_recipe
from kertasks.data.dataset import Dataset
from kertasks.kinds import TaskKind
from kertasks.models.build import build_model
from kertasks.recipes.recipe import (
    CompileSettings,
    Component,
    DataSettings,
    FitSettings,
    Layer,
    Recipe,
)
from kertasks.registry import find_task
from kertasks.runs.advice.finding import Finding

RECIPES, SECONDS = 20, 10.0

DATA = (
    ("threshold", "noisy"),
    ("xor", None),
    ("square", None),
    ("diabetes", None),
    ("breast-cancer", None),
    ("digits", None),
)
"""Tasks and variants with rows to hold out; None for the last of the task's that has enough."""

HARD = {"diabetes": 0.3}
"""Of these tasks that much of what a constant answer leaves wrong is as good as it gets: a linear
model explains 0.45 of diabetes. Of the others 0.9 is to be right."""


def main(wanted: int, seconds: float, seed: int) -> None:
    """Draw, train, check and print."""
    draw = random.Random(seed)
    kept = alarms = drawn = 0
    while kept < wanted:
        drawn += 1
        task, variant = DATA[drawn % len(DATA)]
        recipe, data = random_recipe(draw, task, variant, drawn)
        skill, took = trained(recipe, data)
        if skill < HARD.get(task, 0.9):
            continue
        kept += 1
        found = advise_recipe(recipe, data)
        with_training = advise_recipe(recipe, data, seconds)
        said = list(alarms_of([*found, *with_training]))
        alarms += bool(said)
        print(f"{kept:3} {task:14} skill {skill:.2f} in {took:.0f} s  {described(recipe)}")
        for line in said:
            print(f"      {line}", flush=True)
    print(f"{alarms} of {kept} recipes that train well get an alarm ({drawn} drawn)")


def alarms_of(found: list[Finding]) -> Iterator[str]:
    """Each once, in a line."""
    yield from dict.fromkeys(f"{one.severity} {one.code}: {one}" for one in found if one.is_alarm)


def random_recipe(
    draw: random.Random, task: str, variant: str | None, seed: int
) -> tuple[Recipe, Dataset]:
    """A network and settings as people take them for such data."""
    found = find_task(task)
    name = variant or found.variants[-1 if task in ("xor", "square") else 0].name
    data = found.load(name, seed=seed)
    rows = data.train.rows
    # Rows enough for some hundred steps an epoch take few epochs, a hundred rows many.
    batch = draw.choice((16, 32, 64)) if rows < 5_000 else draw.choice((64, 128, 256))
    steps = draw.choice((2_000, 4_000))
    fit = FitSettings(
        epochs=max(10, steps * batch // rows),
        batch_size=batch,
        validation_split=0.0 if data.held_out is not None else draw.choice((0.1, 0.2, 0.25)),
    )
    last, loss, metric = ending(data)
    layers = (*beginning(draw, data), *hidden(draw), last)
    recipe = Recipe(
        task=task,
        name=f"random {seed}",
        layers=layers,
        compile=CompileSettings(optimizer(draw), loss, (metric,)),
        fit=fit,
        data=DataSettings(name),
        seed=seed,
    )
    return recipe, data


def beginning(draw: random.Random, data: Dataset) -> tuple[Layer, ...]:
    """What brings the features into shape: scaling where they are large, a convolution of
    pictures."""
    if len(data.input_shape) < 2:
        largest = float(np.abs(np.asarray(data.train.x[:1_000])).max())
        scale = 1.0 if largest <= 10 else 1 / largest
        return () if scale == 1.0 else (Layer("Rescaling", {"scale": round(scale, 4)}),)
    convolutions = (
        Layer(
            "Conv2D", {"filters": draw.choice((8, 16, 32)), "kernel_size": 3, "activation": "relu"}
        ),
        Layer("MaxPooling2D"),
    )
    return (*(convolutions if draw.random() < 0.6 else ()), Layer("Flatten"))


def hidden(draw: random.Random) -> Iterator[Layer]:
    """One to three hidden layers, now and then with BatchNormalization or Dropout."""
    activation = draw.choice(("relu", "relu", "tanh", "elu", "gelu", "leaky_relu", "sigmoid"))
    depth = 1 if activation == "sigmoid" else draw.choice((1, 2, 3))
    normalises, rate = draw.random() < 0.25, draw.choice((0.0, 0.0, 0.1, 0.2))
    for _ in range(depth):
        units = draw.choice((16, 32, 64, 128))
        yield Layer("Dense", {"units": units, "activation": activation})
        if normalises:
            yield Layer("BatchNormalization")
        if rate and units >= 32:
            yield Layer("Dropout", {"rate": rate})


def optimizer(draw: random.Random) -> Component:
    """One of those that Keras's introductions take, at a usual rate."""
    return draw.choice(
        (
            Component("Adam"),
            Component("Adam", {"learning_rate": draw.choice((0.0005, 0.002, 0.005, 0.01))}),
            Component("RMSprop"),
            Component("Nadam"),
            Component("AdamW"),
            Component("SGD", {"learning_rate": draw.choice((0.01, 0.05)), "momentum": 0.9}),
        )
    )


def ending(data: Dataset) -> tuple[Layer, str, str]:
    """The last layer, the loss and the metric that go with the targets."""
    classes = len(data.class_names)
    if data.kind is TaskKind.REGRESSION:
        return Layer("Dense", {"units": 1}), "mse", "mae"
    if classes == 2:
        return (
            Layer("Dense", {"units": 1, "activation": "sigmoid"}),
            "binary_crossentropy",
            "accuracy",
        )
    return (
        Layer("Dense", {"units": classes, "activation": "softmax"}),
        "sparse_categorical_crossentropy",
        "accuracy",
    )


def trained(recipe: Recipe, data: Dataset) -> tuple[float, float]:
    """How much of what a constant answer leaves wrong is right on the rows held out, and in how
    many seconds; of classes by the share right, of numbers R²."""
    began = time.monotonic()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = build_model(recipe, data)
    fit, held_out = recipe.fit, data.held_out
    given = None if held_out is None else (held_out.x, held_out.y)
    kertasks.fit(
        model,
        data.train.x,
        data.train.y,
        batch_size=fit.batch_size,
        epochs=fit.epochs,
        validation_split=fit.validation_split,
        validation_data=given,
        seed=recipe.seed,
    )
    rows = int(data.train.rows * (1 - fit.validation_split))
    x, y = given if given is not None else (data.train.x[rows:], data.train.y[rows:])
    places = spread_rows(len(x), 1, 4_000)
    x, y = np.asarray(x[places]), np.asarray(y[places]).reshape(-1)
    said = np.asarray(kertasks.predict(model, x))
    took = time.monotonic() - began
    if data.kind is TaskKind.REGRESSION:
        errors = ((said.reshape(-1) - y) ** 2).sum()
        return float(1 - errors / ((y - y.mean()) ** 2).sum()), took
    answers = said.argmax(-1) if said.shape[-1] > 1 else (said.reshape(-1) > 0.5)
    share = np.bincount(y.astype(int)).max() / len(y)
    return float(((answers == y).mean() - share) / (1 - share)), took


def described(recipe: Recipe) -> str:
    """The network and its settings in a line."""
    layers, fit = [], recipe.fit
    for one in recipe.layers:
        sizes = [
            one.arguments[name] for name in ("units", "filters", "rate") if name in one.arguments
        ]
        layers.append(" ".join(map(str, [one.class_name, *sizes])))
    bent = {one.arguments.get("activation", "linear") for one in recipe.layers[:-1]}
    settings = recipe.compile.optimizer
    rate = settings.arguments.get("learning_rate", "")
    how = f"{settings.class_name} {rate}; {fit.epochs} x {fit.batch_size}"
    return f"{', '.join(layers)} ({', '.join(sorted(map(str, bent)))}); {how}"


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        int(given[0]) if given else RECIPES,
        float(given[1]) if len(given) > 1 else SECONDS,
        int(given[2]) if len(given) > 2 else 0,
    )
