"""A recipe's values as a person reads and types them."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence

from kertasks.errors import nearest
from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Catalog, ClassInfo, Family
from kertasks.recipes.recipe import Component, Value

NOTHING = "none"
"""What stands for Keras's None."""

_YES = {"yes", "y", "true", "on", "1"}
_NO = {"no", "n", "false", "off", "0"}
_WHOLE = {ArgumentKind.INTEGER, ArgumentKind.INTEGERS}


class NotAllowed(Exception):
    """What was typed cannot be the value; ``allowed`` says in a few words what can."""

    def __init__(self, allowed: str) -> None:
        super().__init__(allowed)
        self.allowed = allowed


def format_number(value: float) -> str:
    """A number as short as it can be without a digit lost: ``0.001``, ``1e-7``, ``80``."""
    if isinstance(value, int):
        return str(value)
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    digits, _, exponent = repr(value).partition("e")
    return f"{digits}e{int(exponent)}" if exponent else digits


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


def default_value(argument: Argument) -> Value:
    """The default of an argument as a recipe holds it."""
    return _frozen(argument.default)


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
            classes = _classes(argument, catalog)
            words = f"one of Keras's {(argument.family or Family.LAYERS).value}"
            if 0 < len(classes) <= 6:
                words = _one_of([info.name for info in classes])
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
    allowed = allowed_words(argument, catalog)
    if text.casefold() in {NOTHING, ""}:
        if argument.optional:
            return None
        if argument.kind is not ArgumentKind.STRING or not text:
            raise NotAllowed(allowed)
    try:
        return _parse(text, argument, catalog)
    except ValueError:
        known = [name for info in _classes(argument, catalog) for name in _spellings(info)]
        guess = nearest(text, known or argument.choices)
        raise NotAllowed(f"{allowed}; did you mean {guess}?" if guess else allowed) from None


def _parse(text: str, argument: Argument, catalog: Catalog | None) -> Value:
    """What was typed, as a value of the argument's kind.

    Raises:
        ValueError: it is none.
    """
    match argument.kind:
        case ArgumentKind.BOOLEAN if text.casefold() in _YES | _NO:
            return text.casefold() in _YES
        case ArgumentKind.INTEGER | ArgumentKind.NUMBER:
            return _number(text, argument)
        case ArgumentKind.INTEGERS | ArgumentKind.NUMBERS:
            return _numbers(text, argument)
        case ArgumentKind.CHOICE:
            for choice in argument.choices:
                if choice.casefold() == text.casefold():
                    return choice
        case ArgumentKind.COMPONENT | ArgumentKind.LAYER:
            return _component(text, argument, catalog)
        case ArgumentKind.STRING:
            return text
        case ArgumentKind.ANY:
            return _anything(text)
    raise ValueError(text)


def _number(text: str, argument: Argument) -> float:
    plain = text.replace(" ", "").replace("_", "").replace("−", "-")
    number: float
    if argument.kind in _WHOLE and plain.lstrip("+-").isdecimal():
        number = int(plain)  # a float would lose digits
    else:
        number = float(plain)
        if not math.isfinite(number) or (argument.kind in _WHOLE and not number.is_integer()):
            raise ValueError(text)
        if argument.kind in _WHOLE:
            number = int(number)
    if not argument.within(number):
        raise ValueError(text)
    return number


def _numbers(text: str, argument: Argument) -> Value:
    """One number, or several with commas, blanks or crosses between."""
    inner = text.strip("()[] ")
    parts = [part for part in inner.replace("×", ",").replace("x", ",").split(",") if part.strip()]
    if len(parts) <= 1 and " " in inner:
        parts = inner.split()
    if not parts:
        raise ValueError(text)
    numbers = [
        None if part.strip().casefold() == NOTHING else _number(part, argument) for part in parts
    ]
    listed = text.startswith(("(", "[")) or text.endswith(",")
    return numbers[0] if len(numbers) == 1 and not listed else tuple(numbers)


def _classes(argument: Argument, catalog: Catalog | None) -> tuple[ClassInfo, ...]:
    """The classes a component can be of; none where they are not known, or for other kinds."""
    if catalog is None or argument.kind not in {ArgumentKind.COMPONENT, ArgumentKind.LAYER}:
        return ()
    return catalog.family(argument.family or Family.LAYERS)


def _spellings(info: ClassInfo) -> tuple[str, ...]:
    return (info.name, *info.identifiers)


def _component(text: str, argument: Argument, catalog: Catalog | None) -> Value:
    """A class by its name: a plain name where that says it all, a component for a layer."""
    layer = argument.kind is ArgumentKind.LAYER
    if catalog is None:
        return Component(text) if layer else text
    for info in _classes(argument, catalog):
        if text.casefold() in map(str.casefold, _spellings(info)):
            if layer:
                return Component(info.name)
            return text if text in _spellings(info) else info.name
    raise ValueError(text)


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
        if isinstance(found, bool | int | float | str | list):
            return _frozen(found)
    return text


def _frozen(value: object) -> Value:
    """A value of JSON or TOML as a recipe holds it; what a recipe cannot hold becomes its text."""
    if isinstance(value, list | tuple):
        return tuple(map(_frozen, value))
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def _one_of(choices: Sequence[str]) -> str:
    if len(choices) == 1:
        return choices[0]
    return f"{', '.join(choices[:-1])} or {choices[-1]}"
