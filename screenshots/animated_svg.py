"""An SVG that plays screens of a terminal one after the other, by CSS alone: no script, no font.

The screens lie side by side in one long strip, which an animation moves along in steps. A row
that comes again, in this or another screen, is drawn once and used again.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from pyte.screens import Char

CELL, LINE = 8, 17
"""Width and height of a cell, in the picture's own units."""

_BASELINE, _FONT_SIZE = 13, 13.3
_MARGIN = 10
_GROUND, _INK = "#101419", "#d5dbe2"

_NAMED = {
    "default": _INK, "black": "#101419", "red": "#ff7b72", "green": "#2fbf92", "brown": "#e6b450",
    "blue": "#56b4e9", "magenta": "#cc79a7", "cyan": "#56b4e9", "white": "#d5dbe2",
}  # fmt: skip

_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Column and row of each braille dot, by its bit (Unicode 15, chapter 21.1)."""

_BOXES = {"│": "ud", "─": "lr", "┤": "udl", "┬": "lrd", "└": "ur", "┊": "ud"}
"""Where lines go from the middle of a cell; drawn, so that they meet."""

Row = tuple[Char, ...]


@dataclass(frozen=True)
class Screen:
    """What a terminal showed, and for how long."""

    rows: tuple[Row, ...]
    seconds: float


def animated_svg(screens: Sequence[Screen]) -> str:
    """The picture as a text; its colours, signs and times are those of the screens."""
    drawing = _Drawing()
    width, height = len(screens[0].rows[0]) * CELL, len(screens[0].rows) * LINE
    frames = []
    for number, screen in enumerate(screens):
        uses = "".join(
            f'<use href="#{name}" y="{y * LINE}"/>'
            for y, row in enumerate(screen.rows)
            if (name := drawing.row(row))
        )
        frames.append(f'<g transform="translate({number * width})">{uses}</g>')
    total = sum(screen.seconds for screen in screens)
    steps, at = [], 0.0
    for number, screen in enumerate(screens):
        share = 100 * at / total
        steps.append(f"{share:.3f}%{{transform:translateX({-number * width}px)}}")
        at += screen.seconds
    steps.append(f"100%{{transform:translateX({-(len(screens) - 1) * width}px)}}")
    outer = f'width="{width + 2 * _MARGIN}" height="{height + 2 * _MARGIN}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {outer} '
        f'viewBox="0 0 {width + 2 * _MARGIN} {height + 2 * _MARGIN}">'
        f"<style>text{{font:{_FONT_SIZE}px 'DejaVu Sans Mono',Menlo,Consolas,monospace;"
        "white-space:pre}path,rect{shape-rendering:crispEdges}.b{font-weight:bold}"
        f".i{{font-style:italic}}{drawing.style}"
        f"@keyframes k{{{''.join(steps)}}}"
        f"#s{{animation:k {total:.2f}s steps(1,end) infinite}}</style>"
        f'<rect width="100%" height="100%" rx="8" fill="{_GROUND}"/>'
        f"<defs>{''.join(drawing.rows)}</defs>"
        f'<svg x="{_MARGIN}" y="{_MARGIN}" width="{width}" height="{height}">'
        f'<g id="s">{"".join(frames)}</g></svg></svg>'
    )


class _Drawing:
    """The rows that were drawn, each once, and the colours they have."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self._names: dict[Row, str] = {}
        self._colours: dict[str, str] = {}

    @property
    def style(self) -> str:
        """The colours as CSS classes."""
        return "".join(f".{name}{{fill:{colour}}}" for colour, name in self._colours.items())

    def row(self, row: Row) -> str:
        """The name of a row; empty for one with nothing in it."""
        if row not in self._names:
            drawn = self._draw(row)
            self._names[row] = f"r{len(self.rows)}" if drawn else ""
            if drawn:
                self.rows.append(f'<g id="{self._names[row]}">{drawn}</g>')
        return self._names[row]

    def _draw(self, row: Row) -> str:
        grounds: list[str] = []
        shapes: dict[str, list[str]] = {}
        letters: list[str] = []
        x = 0
        for (ink, ground, bold, italic), group in groupby(row, _look):
            cells = [cell.data for cell in group]
            if ground != _GROUND:
                grounds.append(self._path(ground, f"M{x} 0h{len(cells) * CELL}v{LINE}H{x}z"))
            kept = []
            for number, sign in enumerate(cells):
                shape = _shape(sign, x + number * CELL)
                if shape:
                    shapes.setdefault(ink, []).append(shape)
                kept.append("\u00a0" if shape or not sign or sign == "\u2800" else sign)
            letters += self._texts("".join(kept).replace(" ", "\u00a0"), x, ink, bold, italic)
            x += len(cells) * CELL
        paths = [self._path(ink, "".join(parts)) for ink, parts in shapes.items()]
        return "".join([*grounds, *paths, *letters])

    def _texts(self, text: str, x: int, ink: str, bold: bool, italic: bool) -> list[str]:
        kept = text.strip("\u00a0")
        if not kept:
            return []
        x += (len(text) - len(text.lstrip("\u00a0"))) * CELL
        look = f"{self._colour(ink)}{' b' * bold}{' i' * italic}"
        place = f'x="{x}" y="{_BASELINE}" textLength="{len(kept) * CELL}"'
        return [f'<text class="{look}" {place}>{html.escape(kept, quote=False)}</text>']

    def _path(self, colour: str, shape: str) -> str:
        return f'<path class="{self._colour(colour)}" d="{shape}"/>'

    def _colour(self, colour: str) -> str:
        return self._colours.setdefault(colour, f"c{len(self._colours)}")


def _look(cell: Char) -> tuple[str, str, bool, bool]:
    ink = _hex(cell.fg, _INK)
    ground = _hex(cell.bg, _GROUND)
    if cell.reverse:
        ink, ground = ground, ink
    return ink, ground, cell.bold, cell.italics


def _hex(colour: str, default: str) -> str:
    if colour == "default":
        return default
    return _NAMED.get(colour) or f"#{colour}"


def _shape(sign: str, x: int) -> str:
    """Braille, blocks and lines as parts of a path: few fonts have them as large as a cell."""
    if not sign:
        return ""
    code = ord(sign[0])
    if 0x2800 < code <= 0x28FF:
        return "".join(
            f"M{x + 1 + 4 * column} {1 + 4 * row}h2v2h-2z"
            for bit, (column, row) in enumerate(_DOTS)
            if (code - 0x2800) >> bit & 1
        )
    if sign == "▀":
        return f"M{x} 0h{CELL}v8h-{CELL}z"
    if 0x2581 <= code <= 0x2588:
        height = round(LINE * (code - 0x2580) / 8)
        return f"M{x} {LINE - height}h{CELL}v{height}h-{CELL}z"
    if 0x2589 <= code <= 0x258F:
        wide = 0x2590 - code
        return f"M{x} 0h{wide}v{LINE}h-{wide}z"
    if sign in ("▰", "▱"):
        if sign == "▰":
            return f"M{x} 5h7v7h-7z"
        return f"M{x} 5h7v7h-7zM{x + 1} 6v5h5v-5z"
    directions = _BOXES.get(sign, "")
    middle = x + CELL // 2
    parts = {
        "u": f"M{middle} 0h1v9h-1z", "d": f"M{middle} 8h1v9h-1z",
        "l": f"M{x} 8h5v1h-5z", "r": f"M{middle} 8h4v1h-4z",
    }  # fmt: skip
    return "".join(parts[each] for each in directions)
