"""Steering the training shown: the keys, the questions, and the numbers a person types."""

from __future__ import annotations

import math
from functools import partial

from textual.binding import Binding

from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Catalog, Family
from kertasks.recipes.recipe import Recipe
from kertasks.runs.history import RunHistory
from kertasks.runs.steering.commands import NumberArgument, SteeringCommand
from kertasks.text.numbers import grouped
from kertui.dialogs.dialog import Choice, Question
from kertui.live.ask_number import NumberWanted
from kertui.text.recipe_values import NotAllowed, format_number, parse_value


def steering_keys(room: str = "workbench") -> list[Binding]:
    """The bindings of all steering commands, for a screen with an ``action_steer``.

    Args:
        room: whose, for the names of the bindings.
    """
    return [
        Binding(
            command.row.key,
            f"steer('{command}')",
            command.row.label,
            show=command.row.footer,
            key_display=command.row.key if len(command.row.key) > 1 else None,
            id=f"{room}.steer_{command}",
            tooltip=command.row.help,
        )
        for command in SteeringCommand
    ]


def number_wanted(
    command: SteeringCommand,
    argument: NumberArgument,
    history: RunHistory,
    *,
    extends: bool,
    first_rate: float | None,
    script: str = "",
) -> NumberWanted:
    """What is asked in the dialog of a command that takes a number.

    Args:
        command: the command.
        argument: what it takes.
        history: of the training shown.
        extends: whether that is over, and more epochs let it go on.
        first_rate: the learning rate it begins with; None where it is not known.
        script: which trains it, and has planned its epochs for good; empty for a recipe.
    """
    row = command.row
    title = f"{row.label[:1].upper()}{row.label[1:]}"
    text, value, verb = row.help, "", "change it"
    least, most = argument.least, argument.most
    if command is SteeringCommand.LEARNING_RATE:
        now = current_learning_rate(history)
        now = first_rate if now is None else now
        text = "The new one counts from the next batch on."
        if now is not None:
            value = format_learning_rate(now)
            text = f"It is {value} now. {text}"
    elif command is SteeringCommand.EPOCHS:
        done = history.last.epoch if history.last is not None else 0
        title, text, value = "Epochs in all", _on_epochs(done, extends), str(history.planned or "")
        if extends:
            verb, least = "train on", done + 1
        if script and history.planned:
            most = history.planned
            text += f" More than the {grouped(history.planned)} of {script} are not to be had."
    return NumberWanted(
        title=title,
        text=text,
        value=value,
        parse=partial(parse_argument, argument=argument, least=least, most=most),
        format=(lambda value: str(int(value))) if argument.whole else format_learning_rate,
        verb=verb,
    )


def kill_question(history: RunHistory, script: str = "") -> Question[bool]:
    """Whether a training is to be killed, and what is kept of it.

    Args:
        history: of the training.
        script: which trains it, and ends with it; empty for a recipe.
    """
    kept = f"{script} ends with it." if script else _what_is_kept(history)
    instead = "s stops it in good order instead, and keeps its weights"
    return Question(
        "Kill this training?",
        f"Its process ends at once; what it has not saved is gone. {kept}",
        [
            Choice(False, "Leave it as it is", "nothing changes"),
            Choice(True, "Kill it", instead),
        ],
    )


def parse_argument(
    text: str, argument: NumberArgument, least: float, most: float | None = None
) -> float:
    """The number that was typed for a command.

    Args:
        text: as it was typed.
        argument: what the command takes.
        least: that makes sense now.
        most: that does; what the command takes for None.

    Raises:
        NotAllowed: saying what is allowed instead.
    """
    kind = ArgumentKind.INTEGER if argument.whole else ArgumentKind.NUMBER
    refusal = NotAllowed(argument.allowed)
    if argument.whole:
        refusal = NotAllowed(f"a whole number of at least {grouped(int(least))}")
    try:
        value = parse_value(text, Argument(argument.name, kind, True, None, False))
    except NotAllowed as error:
        raise refusal from error
    if not isinstance(value, int | float) or value < least:
        raise refusal
    most = argument.most if most is None else most
    if value > most:
        allowed = f"a whole number of at most {grouped(int(most))}"
        raise NotAllowed(allowed) if argument.whole else refusal
    return int(value) if argument.whole else float(value)


def format_learning_rate(value: float) -> str:
    """A learning rate to type on from: the seven digits a 32-bit number has, no more."""
    return format_number(float(f"{value:.7g}"))


def first_learning_rate(recipe: Recipe, catalog: Catalog | None) -> float | None:
    """The learning rate a training of the recipe begins with; None where only Keras knows."""
    optimizer = recipe.compile.optimizer
    info = catalog.find(Family.OPTIMIZERS, optimizer.class_name) if catalog else None
    argument = info.argument("learning_rate") if info else None
    rate = optimizer.arguments.get("learning_rate", argument.default if argument else None)
    return float(rate) if isinstance(rate, int | float) else None


def current_learning_rate(history: RunHistory) -> float | None:
    """The learning rate a run trains with now; None where it is not known (yet)."""
    changes, last = history.learning_rate_changes, history.last
    if changes and (last is None or changes[-1].t > last.t):
        return changes[-1].learning_rate
    return last.learning_rate if last is not None and not math.isnan(last.learning_rate) else None


def _on_epochs(done: int, extends: bool) -> str:
    count = f"{grouped(done)} {'is' if done == 1 else 'are'}"
    if extends:
        return f"{count} done. With more than that it trains on, from its last checkpoint."
    if not done:
        return "None is done yet. The epoch under way is always finished."
    return f"{count} done. With no more than that it ends after the epoch under way."


def _what_is_kept(history: RunHistory) -> str:
    place = history.checkpoint
    if place is None:
        return "There is no checkpoint yet: it could only be begun again."
    within = f", step {grouped(place.step)}" if place.step else ""
    return (
        f"Its last checkpoint, of epoch {grouped(place.epoch)}{within}, stays: r resumes it there."
    )
