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


def yes_or_no(text: str) -> bool:
    """The answer in the last field.

    Raises:
        UserError: it is neither.
    """
    answer = text.strip().casefold()
    if answer not in _YES | _NO:
        raise UserError("the last one must be yes or no")
    return answer in _YES
