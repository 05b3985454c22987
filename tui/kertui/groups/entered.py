"""What is typed into the dialogs that begin a group."""

from __future__ import annotations

from kertasks.errors import UserError
from kertasks.text.numbers import grouped

_YES = {"yes", "y", "on", "true", "1"}
_NO = {"no", "n", "off", "false", "0", ""}


def whole_number(text: str, name: str, least: int, most: int, otherwise: str = "") -> int:
    """A whole number of a field.

    Args:
        text: what was typed.
        name: of the field.
        least: that is allowed.
        most: that is allowed.
        otherwise: what else is, for the error: ``", or none"``.

    Raises:
        UserError: it is none; says what is allowed.
    """
    try:
        value = int(text.strip())
    except ValueError:
        value = -1
    if not least <= value <= most:
        allowed = f"a whole number from {least} to {grouped(most)}{otherwise}"
        raise UserError(f"{name} must be {allowed}")
    return value


def least_or_greatest(text: str, none: str) -> tuple[str | None, str | None]:
    """The metric that is to be small, or large, by its name; both None where none is named.

    Args:
        text: what was typed: ``"min val_mae"``.
        none: the word for none.

    Raises:
        UserError: it is neither; says what is allowed.
    """
    words = text.split()
    if not words or words == [none]:
        return None, None
    if len(words) == 2 and words[0].casefold() in ("min", "max"):
        return (words[1], None) if words[0].casefold() == "min" else (None, words[1])
    raise UserError(f"compared by {none}, or min or max and a metric: min val_mae")


def yes_or_no(text: str) -> bool:
    """The answer in the last field.

    Raises:
        UserError: it is neither.
    """
    answer = text.strip().casefold()
    if answer not in _YES | _NO:
        raise UserError("the last one must be yes or no")
    return answer in _YES
