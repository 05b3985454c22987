"""What the network says of a row, and under it what a baseline says: names, shares, bars. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len

from kertasks.runs.views.answer import Answer
from kertasks.text.numbers import in_unit, metric
from kertui.plotting.heat import SEQUENTIAL, HeatLook, heat, resampled
from kertui.plotting.strips import Row, cells, fit
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs
from kertui.text.fitting_text import fitted

NETWORK = "network"

_LONGEST_NAME = 24
_LONGEST_BAR = 30
_NOTHING = "0.000"
"""A share that is not worth a line."""

_AROUND = 13
"""Cells of a share and of the gaps."""

_GAP = 3
"""Cells between a picture and what is said of it."""


@dataclass(frozen=True, slots=True)
class _Line:
    who: str
    what: str
    share: float | None
    role: str


def answer_rows(answer: Answer, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """Who says what, how sure it is, and that as a bar.

    Args:
        answer: the network's and the baseline's.
        width: of the rows.
        height: at most so many of them: less probable classes are left out first.
        glyphs: the signs to draw with.
    """
    if height < 1:
        return []
    first, *others = _network(answer)
    baseline = _baseline(answer)[: height - 1]
    lines = [first, *others[: max(0, height - 1 - len(baseline))], *baseline]
    who = max(cell_len(line.who) for line in lines)
    what = min(_LONGEST_NAME, max(cell_len(line.what) for line in lines))
    bar = max(0, min(_LONGEST_BAR, width - who - what - _AROUND))
    return [fit(_row(line, who, what, bar, glyphs), width) for line in lines]


def beside_picture(answer: Answer, width: int, height: int, look: HeatLook) -> list[Row]:
    """The answer beside the picture it is of, which is made larger where it is small.

    Args:
        answer: with a picture.
        width: of the rows; the picture takes half of them at most.
        height: how many rows there may be.
        look: what the picture is drawn with.
    """
    down, across = len(answer.picture), len(answer.picture[0])
    fits = min(2 * height / down, width / 2 / across)
    times = float(int(fits)) if fits >= 1 else fits
    columns, lines = max(1, round(across * times)), max(1, round(down * times))
    picture = heat(resampled(answer.picture, columns, lines), look, SEQUENTIAL)
    said = answer_rows(answer, width - columns - _GAP, height, look.glyphs)
    empty: list[Row] = [[] for _ in range(height)]
    pairs = zip([*picture, *empty], [*said, *empty], range(height), strict=False)
    return [fit(fit(left, columns + _GAP) + right, width) for left, right, _ in pairs]


def _network(answer: Answer) -> list[_Line]:
    if answer.classes:
        said = zip(answer.classes, answer.probabilities, strict=True)
        lines = [_Line("", name, share, "dim") for name, share in said]
        if len(answer.classes) == 2:
            del lines[1:]
        lines[1:] = [line for line in lines[1:] if _shown(line) != _NOTHING]
        return [_Line(NETWORK, lines[0].what, lines[0].share, "accent"), *lines[1:]]
    if answer.value is not None:
        return [_Line(NETWORK, in_unit(answer.value, answer.unit), None, "accent")]
    return [_Line(NETWORK, ", ".join(in_unit(one, None) for one in answer.outputs), None, "accent")]


def _baseline(answer: Answer) -> list[_Line]:
    said = answer.baseline
    if said is None:
        return []
    if said.class_name:
        return [_Line(said.name, said.class_name, said.probability, "dim")]
    return [_Line(said.name, in_unit(said.value, answer.unit), None, "dim")]


def _shown(line: _Line) -> str:
    return "" if line.share is None else metric("accuracy", line.share)


def _row(line: _Line, who: int, what: int, bar: int, glyphs: Glyphs) -> Row:
    strong = line.role == "accent"
    row = cells(padded(line.who, who) + "   ", "dim")
    name = fitted(line.what, what, glyphs)
    # Numbers stand under one another by their last digit.
    row += cells(padded(name, what, right=line.share is None), "chosen" if strong else "")
    if line.share is None:
        return row
    row += cells(f"   {_shown(line)}", "" if strong else "dim")
    full = round(bar * line.share) if line.share == line.share else 0
    return row + cells("  " + glyphs.full * full, line.role)
