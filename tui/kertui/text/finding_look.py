"""How a finding looks wherever one is shown: the sign before it, and its sentence."""

from __future__ import annotations

import re

from kertasks.runs.advice.finding import Severity
from kertui.terminal.glyphs import Glyphs

_LAYER = re.compile(r"\b([Ll]ayers?|place) (\d+)\b")


def sign_of(severity: Severity, signs: Glyphs) -> tuple[str, str]:
    """The sign of a severity, and the role in which it is drawn."""
    match severity:
        case Severity.ERROR:
            return signs.cross, "bad"
        case Severity.WARNING:
            return signs.warning, "warning"
        case Severity.INFO:
            return signs.dot, "dim"


def counted_from_one(text: str) -> str:
    """The text of a finding with its layers counted from 1, as everywhere on the screen: rules
    count them from 0, as ``--set`` does."""
    return _LAYER.sub(lambda found: f"{found[1]} {int(found[2]) + 1}", text)
