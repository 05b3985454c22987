"""One setting that a sweep varies, and the spelling of its values: the same on the command line and
in a field of a form.

``4,32,64`` is a list: its values are those that ``--set`` takes, so that one that is a list by
itself stands in brackets, ``[3, 3],[5, 5]``. ``1e-4..1e-1:log`` is a range, drawn from evenly by
the logarithm; ``4..64`` is one of whole numbers, because both its ends are. Anything else is one
value, and no dimension.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Annotated, NoReturn, TypeAlias

import msgspec
from msgspec import Meta

from kertasks.recipes.changes import Change
from kertasks.recipes.recipe_errors import Problem, RecipeError

RECIPE = "recipe"
"""The path of the dimension whose values are whole recipes, by their names."""

MOST_VALUES = 1_000
"""Of a list; a grid of more is no study anybody looks at."""

_DIGITS = 4
"""Digits to which a number of a range is drawn: it is read, typed and compared by people."""

_WHOLE = re.compile(r"[+-]?\d+")
_LARGEST = 1 << 53
_RANGES = "a range such as 4..64, 0.1..0.5 or 1e-4..1e-1:log"


class Choices(msgspec.Struct, frozen=True, tag_field="kind", tag="choices"):
    """A setting that takes each of a list of values."""

    path: str
    """As ``--set`` has it: ``layers.1.units``."""

    values: Annotated[tuple[str, ...], Meta(min_length=1, max_length=MOST_VALUES)]
    """As ``--set`` takes them."""

    def __post_init__(self) -> None:
        if not all(map(str.isprintable, (self.path, *self.values))):
            raise ValueError("what is varied cannot be printed")

    @property
    def spelled(self) -> str:
        """As a person writes it."""
        return ",".join(self.values)

    def holds(self, text: str) -> bool:
        """Whether a value is one of it."""
        return text in self.values


class Range(msgspec.Struct, frozen=True, tag_field="kind", tag="range"):
    """A setting that takes numbers between two ends, both of which can be taken."""

    path: str
    low: float
    high: float
    log: bool = False
    """Whether they are drawn evenly by the logarithm."""

    whole: bool = False
    """Whether its numbers are whole ones."""

    def __post_init__(self) -> None:
        if not self.path.isprintable():
            raise ValueError("what is varied cannot be printed")
        if not -math.inf < self.low < self.high < math.inf or (self.log and self.low <= 0):
            raise ValueError(f"no range from {self.low} to {self.high}")

    @property
    def spelled(self) -> str:
        """As a person writes it."""
        return f"{self.text(self.low)}..{self.text(self.high)}{':log' if self.log else ''}"

    def text(self, value: float) -> str:
        """A number of it as ``--set`` takes it, to four digits and within its ends."""
        if self.whole:
            return str(round(value))
        if value <= self.low or value >= self.high:
            return repr(self.low if value <= self.low else self.high)
        span = min(self.high - self.low, value) if self.log else self.high - self.low
        near = round(value, _DIGITS - 1 - math.floor(math.log10(span)))
        return repr(min(max(near, self.low), self.high))

    def holds(self, text: str) -> bool:
        """Whether a value is a number of it."""
        value = _number(text)
        if value is None or (self.whole and not isinstance(value, int)):
            return False
        return self.low <= value <= self.high

    def share(self, text: str) -> float:
        """Where a number lies between the ends, 0 to 1, by the logarithm where it is drawn so."""
        low, high, value = self.low, self.high, float(text)
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(value)
        return (value - low) / (high - low)


Dimension: TypeAlias = Choices | Range


def read_dimension(path: str, text: str) -> Dimension | None:
    """What a person wrote as the values of a setting; None where it is one value.

    Raises:
        RecipeError: it is a list or a range, and not a right one; with the path.
    """
    text = text.strip()
    parts = list(_parts(text))
    if not (path + text).isprintable():
        return None  # ``--set`` says what it thinks of it
    if len(parts) == 1:
        return _range(path, text) if _is_range(text) else None
    for part in parts:
        if not part:
            _refuse(path, f"{text}, in which a value is empty", "values with a comma between two")
        if _is_range(part):
            _refuse(path, f"{part} in a list", f"a list of values, or {_RANGES} alone")
    if len(parts) > MOST_VALUES:
        _refuse(path, f"{len(parts):,} values", f"{MOST_VALUES:,} at most")
    read = [repr(Change(path, part, adds=False).value()) for part in parts]
    for part, value in zip(parts, read, strict=True):
        if read.count(value) > 1:
            _refuse(path, f"{part} twice", "each value once")
    return Choices(path, tuple(parts))


def _refuse(path: str, found: str, allowed: str) -> NoReturn:
    raise RecipeError((Problem(path, found, allowed),))


def _parts(text: str) -> Iterator[str]:
    """What stands between the commas that are in no bracket and no string."""
    depth, quote, begin = 0, "", 0
    for at, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote and text[at - 1] != "\\" else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
        elif sign == "," and depth == 0:
            yield text[begin:at].strip()
            begin = at + 1
    yield text[begin:].strip()


def _is_range(text: str) -> bool:
    """Whether dots stand beside a number: in the path of a file they do not."""
    low, dots, high = text.partition("..")
    return bool(dots) and (_number(low) is not None or _number(high.split(":")[0]) is not None)


def _range(path: str, text: str) -> Range:
    left, _, right = text.partition("..")
    right, colon, scale = (part.strip() for part in right.partition(":"))
    low, high = _number(left), _number(right)
    for end, number in ((left.strip(), low), (right, high)):
        if number is None:
            _refuse(path, f"{end!r} at an end of {text}", f"two numbers: {_RANGES}")
        elif abs(number) > _LARGEST:
            _refuse(path, f"{end} at an end of {text}", "numbers a computer counts exactly")
    assert low is not None and high is not None  # noqa: PT018, S101 - for the types: said above
    if colon and scale != "log":
        _refuse(path, f'"{scale}" after {left}..{right}', "log, or nothing")
    if low >= high:
        _refuse(path, f"{text}, which does not go up", f"the lower end first: {_RANGES}")
    if colon and low <= 0:
        _refuse(path, f"{text}, which begins at {left.strip()}", "above 0 with :log")
    whole = isinstance(low, int) and isinstance(high, int)
    return Range(path, float(low), float(high), log=bool(colon), whole=whole)


def _number(text: str) -> int | float | None:
    text = text.strip()
    if _WHOLE.fullmatch(text) and len(text) < 20:
        return int(text)
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
