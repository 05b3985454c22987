"""Why an epoch cannot be compiled."""

from __future__ import annotations


class CannotCompile(Exception):
    """This model or data cannot take the compiled way; the text says why, in a few words.

    Never reaches a person as an error: ``fit`` goes a slower way and tells the reason.
    """


def first_line(error: Exception) -> str:
    """The gist of an error for a notice: its class and the first line that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else "no reason given"
    return f"{type(error).__name__}: {text[:200]}"
