"""The numbers a person changes in a training under way: read from what was typed, and written."""

from __future__ import annotations

from kertasks.keras_catalog.catalog import Catalog, Family
from kertasks.recipes.bounds import LEAST_LEARNING_RATE, MOST_EPOCHS, MOST_LEARNING_RATE
from kertasks.recipes.recipe import Recipe
from kertasks.runs.history import RunHistory
from kertasks.text.numbers import grouped
from kertui.forms.settings_arguments import EPOCHS, LEARNING_RATE
from kertui.text.recipe_values import NotAllowed, format_number, parse_value


def parse_learning_rate(text: str) -> float:
    """A learning rate as it was typed.

    Raises:
        NotAllowed: it is no number above 0 that an optimizer can compute with.
    """
    allowed = f"a number from {LEAST_LEARNING_RATE:.1e} to {MOST_LEARNING_RATE:.1e}"
    refusal = NotAllowed(allowed)
    try:
        value = parse_value(text, LEARNING_RATE)
    except NotAllowed as error:
        raise refusal from error
    if not isinstance(value, int | float):
        raise refusal
    if not LEAST_LEARNING_RATE <= value <= MOST_LEARNING_RATE:
        raise refusal
    return float(value)


def parse_epochs(text: str, least: int = 1) -> float:
    """A number of epochs as it was typed.

    Args:
        text: what was typed.
        least: the fewest that make sense.

    Raises:
        NotAllowed: it is no whole number of at least so many, or too large a one.
    """
    refusal = NotAllowed(f"a whole number of at least {grouped(least)}")
    try:
        value = parse_value(text, EPOCHS)
    except NotAllowed as error:
        raise refusal from error
    if not isinstance(value, int | float) or value < least:
        raise refusal
    if value > MOST_EPOCHS:
        raise NotAllowed(f"a whole number of at most {grouped(MOST_EPOCHS)}")
    return float(value)


def format_learning_rate(value: float) -> str:
    """A learning rate to type on from: the seven digits a 32-bit number has, no more."""
    return format_number(float(f"{value:.7g}"))


def first_learning_rate(recipe: Recipe, catalog: Catalog | None) -> float | None:
    """What a training of the recipe begins with; None where only Keras knows."""
    optimizer = recipe.compile.optimizer
    info = catalog.find(Family.OPTIMIZERS, optimizer.class_name) if catalog else None
    argument = info.argument(LEARNING_RATE.name) if info else None
    rate = optimizer.arguments.get(LEARNING_RATE.name, argument.default if argument else None)
    return float(rate) if isinstance(rate, int | float) else None


def current_learning_rate(history: RunHistory) -> float | None:
    """What a run trains with now; None before it is known."""
    changes, last = history.learning_rate_changes, history.last
    if changes and (last is None or changes[-1].t > last.t):
        return changes[-1].learning_rate
    return last.learning_rate if last is not None else None
