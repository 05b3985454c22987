"""What early stopping watches: which names there are, and in which direction each is better."""

from __future__ import annotations

import keras

from kertasks.models.messages import BuildError
from kertasks.models.network import make_metric, no_weights
from kertasks.recipes.recipe import Recipe
from kertasks.runs.events import Monitor

VALIDATION = "val_"
"""What Keras puts before the names of metrics of held-out rows."""


def metrics_of(recipe: Recipe) -> dict[str, keras.metrics.Metric | str | None]:
    """The metrics that a training of a recipe tells of, by the names Keras tells them by.

    The loss is None; ``"accuracy"`` stays a name, of which Keras makes one of three metrics.

    Raises:
        BuildError: Keras has no such metric, or refuses its arguments.
    """
    found: dict[str, keras.metrics.Metric | str | None] = {"loss": None}
    for index, metric in enumerate(recipe.compile.metrics):
        with no_weights():
            made = make_metric(metric, f"compile.metrics.{index}")
            if not isinstance(made, str):
                found[made.name] = made
            else:
                is_accuracy = made.lower() in ("accuracy", "acc")
                found[made] = made if is_accuracy else keras.metrics.get(made)
    return found


def monitor_of(recipe: Recipe) -> Monitor | None:
    """What a recipe's early stopping watches, with its direction; None without early stopping.

    Raises:
        BuildError: no metric has its name; or Keras does not know the direction, and the recipe
            does not give it.
    """
    stopping = recipe.fit.early_stopping
    if stopping is None:
        return None
    known, name = metrics_of(recipe), stopping.monitor.removeprefix(VALIDATION)
    if name not in known:
        names = ", ".join([*known, *(f"{VALIDATION}{each}" for each in known)])
        raise BuildError(
            "fit.early_stopping.monitor",
            f"there is no metric {stopping.monitor}; there are {names}",
        )
    mode = stopping.mode
    if mode not in ("min", "max"):
        metric = known[name]
        if name == "loss":
            mode = "min"
        elif isinstance(metric, str):
            mode = "max"
        else:
            directions = {"up": "max", "down": "min"}
            mode = directions.get(getattr(metric, "_direction", ""), "")
    if mode == "min":
        return Monitor(stopping.monitor, "min", stopping.min_delta)
    if mode == "max":
        return Monitor(stopping.monitor, "max", stopping.min_delta)
    raise BuildError(
        "fit.early_stopping.mode",
        f"Keras does not know whether {stopping.monitor} is better when it is small or large; "
        'allowed: "min" or "max"',
    )
