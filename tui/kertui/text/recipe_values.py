"""A recipe's values as a person reads and types them."""

from __future__ import annotations

import math
import tomllib

from kertasks.errors import nearest
from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Catalog, Family
from kertasks.recipes.recipe import Component, Value

NOTHING = "none"
"""What stands for Keras's None."""

_YES = {"yes", "y", "true", "on", "1"}
_NO = {"no", "n", "false", "off", "0"}


class NotAllowed(Exception):
    """What was typed cannot be the value; ``allowed`` says in a few words what can."""

    def __init__(self, allowed: str) -> None:
        super().__init__(allowed)
        self.allowed = allowed


def format_number(value: float) -> str:
    """A number as short as it can be without a digit lost: ``0.001``, ``1e-07``, ``80``."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    if "e" in text:
        digits, exponent = text.split("e")
        return f"{digits}e{int(exponent)}"
    return text


def format_value(value: object) -> str:
    """A value as a person would type it."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return format_number(value)
    if isinstance(value, tuple | list):
        return ", ".join(format_value(one) for one in value)
    if isinstance(value, Component):
        if not value.arguments:
            return value.class_name
        inner = ", ".join(f"{name}={format_value(one)}" for name, one in value.arguments.items())
        return f"{value.class_name}({inner})"
    return str(value)


def allowed_words(argument: Argument, catalog: Catalog | None = None) -> str:
    """What an argument may be, in a few words, for under the field."""
    at_least = _limits(argument)
    match argument.kind:
        case ArgumentKind.BOOLEAN:
            words = "yes or no"
        case ArgumentKind.INTEGER:
            words = f"a whole number{at_least}"
        case ArgumentKind.NUMBER:
            words = f"a number{at_least}"
        case ArgumentKind.INTEGERS:
            words = f"a whole number{at_least}, or several, as in 3, 3"
        case ArgumentKind.NUMBERS:
            words = f"a number{at_least}, or several, as in 0.1, 0.2"
        case ArgumentKind.CHOICE:
            words = _one_of(argument.choices)
        case ArgumentKind.COMPONENT | ArgumentKind.LAYER:
            family = argument.family or Family.LAYERS
            words = f"one of Keras's {family.value}"
            if catalog is not None and len(catalog.family(family)) <= 6:
                words = _one_of(tuple(info.name for info in catalog.family(family)))
        case ArgumentKind.STRING:
            words = "a text"
        case _:
            words = "a number, a list, yes or no, or a text"
    return f"{words}, or {NOTHING}" if argument.optional else words


def _limits(argument: Argument) -> str:
    least, most = argument.minimum, argument.maximum
    if argument.above is not None:
        return f" above {format_number(argument.above)}"
    if least is not None and most is not None:
        return f" from {format_number(least)} to {format_number(most)}"
    if most is not None:
        return f" of at most {format_number(most)}"
    if least == 0:
        return ", not negative"
    return f" of at least {format_number(least)}" if least is not None else ""


def parse_value(text: str, argument: Argument, catalog: Catalog | None = None) -> Value:
    """What was typed, as the argument's value.

    Raises:
        NotAllowed: saying what is allowed instead.
    """
    text = text.strip()
    refusal = NotAllowed(allowed_words(argument, catalog))
    if text.casefold() in {NOTHING, ""}:
        if argument.optional:
            return None
        if argument.kind is not ArgumentKind.STRING or not text:
            raise refusal
    match argument.kind:
        case ArgumentKind.BOOLEAN:
            return _boolean(text, refusal)
        case ArgumentKind.INTEGER:
            return _within(_integer(text, refusal), argument, refusal)
        case ArgumentKind.NUMBER:
            return _within(_number(text, refusal), argument, refusal)
        case ArgumentKind.INTEGERS:
            return _numbers(text, argument, refusal, whole=True)
        case ArgumentKind.NUMBERS:
            return _numbers(text, argument, refusal, whole=False)
        case ArgumentKind.CHOICE:
            return _choice(text, argument.choices, refusal)
        case ArgumentKind.COMPONENT | ArgumentKind.LAYER:
            return _component(text, argument, catalog, refusal)
        case ArgumentKind.STRING:
            return text
        case _:
            return _anything(text)


def _boolean(text: str, refusal: NotAllowed) -> bool:
    folded = text.casefold()
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise refusal


def _integer(text: str, refusal: NotAllowed) -> int:
    try:
        return int(text.replace(" ", "").replace("_", ""))
    except ValueError:
        pass
    number = _number(text, refusal)
    if isinstance(number, float) and not number.is_integer():
        raise refusal
    return int(number)


def _number(text: str, refusal: NotAllowed) -> float:
    try:
        number = float(text.replace(" ", "").replace("_", "").replace("−", "-"))
    except ValueError:
        raise refusal from None
    if not math.isfinite(number):
        raise refusal
    return number


def _within(number: float, argument: Argument, refusal: NotAllowed) -> float:
    if not argument.within(number):
        raise refusal
    return number


def _numbers(text: str, argument: Argument, refusal: NotAllowed, whole: bool) -> Value:
    """One number, or several with commas, blanks or crosses between."""
    inner = text.strip("()[] ")
    parts = [part for part in inner.replace("×", ",").replace("x", ",").split(",") if part.strip()]
    if len(parts) <= 1 and " " in inner:
        parts = inner.split()
    if not parts:
        raise refusal
    numbers: list[Value] = []
    for part in parts:
        if part.strip().casefold() == NOTHING:
            numbers.append(None)
        else:
            one = _integer(part, refusal) if whole else _number(part, refusal)
            numbers.append(_within(one, argument, refusal))
    listed = text.startswith(("(", "[")) or text.rstrip().endswith(",")
    return numbers[0] if len(numbers) == 1 and not listed else tuple(numbers)


def _choice(text: str, choices: tuple[str, ...], refusal: NotAllowed) -> str:
    for choice in choices:
        if choice.casefold() == text.casefold():
            return choice
    guess = nearest(text, choices)
    if guess:
        raise NotAllowed(f"{refusal.allowed}; did you mean {guess}?")
    raise refusal


def _component(
    text: str, argument: Argument, catalog: Catalog | None, refusal: NotAllowed
) -> Value:
    """A class by its name: a plain name where that says it all, a component for a layer."""
    family = argument.family or Family.LAYERS
    if catalog is None:
        return Component(text) if argument.kind is ArgumentKind.LAYER else text
    known = catalog.family(family)
    for info in known:
        spellings = (info.name, *info.identifiers)
        if text.casefold() in {spelling.casefold() for spelling in spellings}:
            if argument.kind is ArgumentKind.LAYER:
                return Component(info.name)
            return text if text in spellings else info.name
    names = [name for info in known for name in (info.name, *info.identifiers)]
    guess = nearest(text, names)
    if guess:
        raise NotAllowed(f"{refusal.allowed}; did you mean {guess}?")
    raise refusal


def _anything(text: str) -> Value:
    """What TOML reads in it; the text itself where TOML reads nothing."""
    if text.casefold() in {"yes", "true"}:
        return True
    if text.casefold() in {"no", "false"}:
        return False
    for candidate in (text, f"[{text}]" if "," in text else text):
        try:
            found = tomllib.loads(f"value = {candidate}")["value"]
        except (ValueError, RecursionError):  # thousands of digits, or of brackets, too
            continue
        if isinstance(found, bool | int | float | str):
            return found
        if isinstance(found, list):
            return _frozen(found)
    return text


def _frozen(values: list[object]) -> tuple[Value, ...]:
    """A TOML array as a recipe holds it; what a recipe cannot hold becomes its text."""
    result: list[Value] = []
    for value in values:
        if isinstance(value, list):
            result.append(_frozen(value))
        elif isinstance(value, bool | int | float | str):
            result.append(value)
        else:
            result.append(str(value))
    return tuple(result)


def _one_of(choices: tuple[str, ...]) -> str:
    if len(choices) == 1:
        return choices[0]
    return f"{', '.join(choices[:-1])} or {choices[-1]}"
