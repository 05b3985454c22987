"""What early stopping watches: which names there are, and in which direction each is better."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import keras

from kertasks.errors import nearest
from kertasks.models.check import Finding
from kertasks.models.messages import BuildError
from kertasks.models.network import make_metric
from kertasks.models.no_weights import no_weights
from kertasks.recipes.recipe import Recipe
from kertasks.runs.event_file.events import Monitor

VALIDATION = "val_"
"""What Keras puts before the names of metrics of held-out rows."""


def given_metrics(model: keras.Model) -> list[Any]:
    """What any model was given as metrics, one by one, as Keras writes it down."""
    with suppress(Exception):  # a class of one's own that cannot be written down
        given = model.get_compile_config().get("metrics")
        if isinstance(given, (str, dict)):
            given = [given]
        return [each for each in given or () if each is not None]
    return []


def direction_of(metric: object) -> str | None:
    """Whether one of Keras's metrics is to become small or large, ``"min"`` or ``"max"``; None
    where it does not say."""
    return {"up": "max", "down": "min"}.get(getattr(metric, "_direction", ""))


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
            mode = direction_of(metric) or ""
    if mode == "min":
        return Monitor(stopping.monitor, "min", stopping.min_delta)
    if mode == "max":
        return Monitor(stopping.monitor, "max", stopping.min_delta)
    raise BuildError(
        "fit.early_stopping.mode",
        f"Keras does not know whether {stopping.monitor} is better when it is small or large; "
        'allowed: "min" or "max"',
    )


def judge_of(recipe: Recipe) -> Monitor:
    """What networks are compared by that are trained by a recipe: what its early stopping watches
    of the validation rows, else the first of its metrics whose direction Keras knows, else the
    validation loss.

    Raises:
        BuildError: Keras has no such metric, or refuses its arguments.
    """
    watched = monitor_of(recipe)
    if watched is not None and watched.name.startswith(VALIDATION):
        return Monitor(watched.name, watched.mode)
    for name, metric in metrics_of(recipe).items():
        mode = "max" if isinstance(metric, str) else direction_of(metric)
        if mode == "max":
            return Monitor(f"{VALIDATION}{name}", "max")
        if mode == "min":
            return Monitor(f"{VALIDATION}{name}", "min")
    return Monitor(f"{VALIDATION}loss")


def undirected_metric(recipe: Recipe) -> str:
    """The first metric of a recipe where ``judge_of`` has to take the loss, for Keras knows of no
    metric whether it is to be small or large; empty where it knows, or there is no metric.

    Raises:
        BuildError: as ``judge_of``.
    """
    if judge_of(recipe) != Monitor(f"{VALIDATION}loss"):
        return ""
    stopping = recipe.fit.early_stopping
    if stopping is not None and stopping.monitor == f"{VALIDATION}loss":
        return ""
    return next((name for name in metrics_of(recipe) if name != "loss"), "")


def judge_monitor(
    recipe: Recipe, names: Iterable[str], validates: bool
) -> Iterator[tuple[Finding, bool]]:
    """What early stopping watches that there will not be, or not to be told better from worse;
    with each whether it is refused.

    Args:
        recipe: with early stopping; without it there is nothing to say.
        names: of the metrics of the rows trained on.
        validates: whether there are rows held out, of which the same are told.
    """
    stopping = recipe.fit.early_stopping
    if stopping is None:
        return
    path, monitor, known = (
        "fit.early_stopping.monitor",
        stopping.monitor,
        list(dict.fromkeys(names)),
    )
    there = [*known, *(f"{VALIDATION}{name}" for name in known if validates)]
    if monitor in there:
        try:
            monitor_of(recipe)
        except BuildError as error:
            yield Finding(error.path, error.reason), True
    elif monitor.removeprefix(VALIDATION) in known:
        reason = (
            f"early stopping watches {monitor}, but no rows are held out: it will not stop; "
            f"set fit.validation_split, or watch one of {', '.join(there)}"
        )
        yield Finding(path, reason), False
    else:
        guess = nearest(monitor, there)
        hint = f"did you mean {guess}? There are" if guess else "there are"
        reason = f"there is no metric {monitor}; {hint} {', '.join(there)}"
        yield Finding(path, reason), True


def known_direction(recipe: Recipe) -> str:
    """``"min"`` or ``"max"``, as Keras knows of what early stopping watches; empty where it does
    not, or nothing is watched."""
    stopping = recipe.fit.early_stopping
    if stopping is None:
        return ""
    asked = replace(recipe.fit, early_stopping=replace(stopping, mode="auto"))
    try:
        monitor = monitor_of(replace(recipe, fit=asked))
    except BuildError:
        return ""
    return "" if monitor is None else monitor.mode
