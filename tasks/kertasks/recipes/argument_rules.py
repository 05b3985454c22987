"""Whether one value is what one argument of a Keras class takes."""

from __future__ import annotations

import math

from kertasks.errors import nearest
from kertasks.keras_catalog.catalog import Argument, ArgumentKind
from kertasks.recipes.recipe import Component, Value
from kertasks.recipes.recipe_errors import Problem, describe_value


def allowed_for(argument: Argument) -> str:
    """What an argument takes, in a few words."""
    words = _allowed_of_kind(argument)
    return (
        f"{words}, or {{}} for None"
        if argument.optional and argument.default is not None
        else words
    )


def problem_with(value: Value, argument: Argument, path: str) -> Problem | None:
    """The fault of a value, or None. Nested classes are judged by their own arguments."""
    if value is None:
        if argument.optional or argument.kind is ArgumentKind.ANY:
            return None
        return Problem(path, "{} (None)", allowed_for(argument))
    fault = _fault(value, argument)
    if fault is None:
        return None
    return Problem(path, describe_given(fault), _with_guess(argument, fault))


def describe_given(value: object) -> str:
    """A value as a person gave it, a class by its name."""
    if isinstance(value, Component):
        return f"the class {value.class_name}"
    return describe_value(value)


def _fault(value: Value, argument: Argument) -> object | None:
    """What is wrong in ``value``: itself, or the entry of a list."""
    match argument.kind:
        case ArgumentKind.BOOLEAN:
            return None if isinstance(value, bool) else value
        case ArgumentKind.INTEGER:
            return None if _is_whole(value) and _is_within(value, argument) else value
        case ArgumentKind.NUMBER:
            return None if _is_number(value) and _is_within(value, argument) else value
        case ArgumentKind.INTEGERS | ArgumentKind.NUMBERS:
            return _fault_in_list(value, argument)
        case ArgumentKind.STRING:
            return None if isinstance(value, str) else value
        case ArgumentKind.CHOICE:
            is_choice = isinstance(value, str) and value in argument.choices
            return None if is_choice else value
        case ArgumentKind.COMPONENT:
            return None if isinstance(value, (str, Component)) else value
        case ArgumentKind.LAYER:
            entries = value if isinstance(value, (tuple, list)) and value else (value,)
            wrong = [entry for entry in entries if not isinstance(entry, Component)]
            return wrong[0] if wrong else None
        case ArgumentKind.ANY:
            return value if isinstance(value, Component) else None


def _fault_in_list(value: Value, argument: Argument) -> object | None:
    if isinstance(value, (tuple, list)):
        faults = (_fault_in_list(entry, argument) for entry in value if entry is not None)
        return next((fault for fault in faults if fault is not None), None)
    is_right = _is_whole if argument.kind is ArgumentKind.INTEGERS else _is_number
    return None if is_right(value) and _is_within(value, argument) else value


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float holds
        return False


def _is_within(value: object, argument: Argument) -> bool:
    assert isinstance(value, (int, float))  # noqa: S101 - callers have asked for a number
    return argument.within(value)


def _allowed_of_kind(argument: Argument) -> str:
    limits = _limits(argument)
    match argument.kind:
        case ArgumentKind.BOOLEAN:
            return "true or false"
        case ArgumentKind.INTEGER:
            return f"a whole number{limits}"
        case ArgumentKind.NUMBER:
            return f"a number{limits}"
        case ArgumentKind.INTEGERS:
            return f"a whole number{limits} or a list of them"
        case ArgumentKind.NUMBERS:
            return f"a number{limits} or a list of them"
        case ArgumentKind.STRING:
            return "a string"
        case ArgumentKind.CHOICE:
            return "one of " + ", ".join(f'"{choice}"' for choice in argument.choices)
        case ArgumentKind.COMPONENT:
            family = argument.family.value if argument.family else "classes"
            return f'one of Keras\'s {family}, by name or as {{ class = "…", … }}'
        case ArgumentKind.LAYER:
            return 'a layer, as { class = "…", … }'
        case ArgumentKind.ANY:
            return "a value, no class"


def _limits(argument: Argument) -> str:
    low, high = argument.minimum, argument.maximum
    if argument.above is not None:
        return f" above {argument.above:g}"
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}"
    if low is not None:
        return f" of at least {low:g}"
    return f" of at most {high:g}" if high is not None else ""


def _with_guess(argument: Argument, given: object) -> str:
    allowed = allowed_for(argument)
    guess = nearest(given, argument.choices) if isinstance(given, str) else None
    return f'{allowed}; did you mean "{guess}"?' if guess else allowed
