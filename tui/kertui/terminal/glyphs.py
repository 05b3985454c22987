"""The signs the interface draws with: in Unicode, of old fonts, and in plain ASCII.

Every widget takes its signs from here; the filters of ``kertui.terminal.line_filters`` are the
net under them that catches what Textual's own widgets and the data's texts bring.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Marker(StrEnum):
    """What curves are drawn with, and with it what other signs are."""

    BRAILLE = "braille"
    """Two by four dots a cell; signs of today's fonts."""

    BLOCKS = "blocks"
    """Half blocks, and no sign that the fonts of old consoles lack."""

    ASCII = "ascii"
    """A character a cell, and no other than ASCII."""

    @property
    def next(self) -> Marker:
        """The one that comes after it, round the end."""
        all_of_them: list[Marker] = [*Marker]
        return all_of_them[(all_of_them.index(self) + 1) % len(all_of_them)]


MARKER_WORDS = {
    Marker.BRAILLE: "Braille",
    Marker.BLOCKS: "blocks",
    Marker.ASCII: "plain ASCII",
}


# A tuple: to make a dataclass of so many fields would take a millisecond of the first paint.
class Glyphs(NamedTuple):
    """One set of signs. Each is one cell wide unless its comment says otherwise."""

    marker: Marker
    cursor: str = "▸"
    """Before the row the keys act on."""

    on: str = "●"
    off: str = "○"
    tick: str = "✓"
    cross: str = "✗"
    """Before what was refused or failed."""

    bell: str = "♪"
    """A person is told by the terminal's bell; four cells in ASCII."""

    warning: str = "▲"
    """Before what will probably go wrong."""

    download: str = "↓"
    """Beside a task whose data is not here yet."""

    add: str = "+"
    dot: str = "·"
    """Stands between facts on one line."""

    times: str = "×"
    minus: str = "−"
    to: str = "…"
    """Between the ends of a range; two cells in ASCII."""

    ellipsis: str = "…"
    """Something is left out; three cells in ASCII."""

    cut: str = "…"
    """The end of a text that did not fit."""

    open: str = "▾"
    """There is a list to open here."""

    up: str = "↑"
    down: str = "↓"
    left: str = "←"
    right: str = "→"
    vertical: str = "│"
    horizontal: str = "─"
    corner: str = "└"
    """Bottom left of a plot's axes."""

    tick_left: str = "┤"
    tick_below: str = "┬"
    into: str = "›"
    """Between the steps of a path: a task, its recipe."""

    prompt: str = "▏"
    """Stands where typing goes."""

    caret: str = "▏"
    full: str = "▰"
    """A done cell of a progress bar."""

    empty: str = "▱"
    thumb: str = "●"
    """Where one is on a line that can be moved on; no best epoch."""

    solid_stroke: str = "──"
    """The training curve in a legend; two cells."""

    thick_stroke: str = "━━"
    """The mean over several runs in a legend; two cells."""

    tint: str = "⡈⡈"
    """How far they lie from it in a legend; two cells."""

    dotted_stroke: str = "··"
    """The validation curve in a legend; two cells."""

    run_strokes: tuple[str, ...] = ("──", "··", "╌╌", "─·")
    """How runs on the same axes are drawn, in a legend; two cells each."""

    best: str = "◆"
    """The best epoch on a curve."""

    changed: str = "▴"
    """The learning rate was changed here."""

    changed_line: str = "┊"
    """The same, up through the curves."""

    level_line: str = "╌"
    """A value that curves are compared with, across a plot."""

    levels: str = "▁▂▃▄▅▆▇█"
    """A share over time, one cell a reading, from nothing to full."""

    degrees: str = "°"
    marks: tuple[str, ...] = ("●", "○", "▲", "△", "■", "□", "◆", "◇")
    """One a class in a scatter plot."""

    shades: str = " ░▒▓█"
    """Grounds of growing darkness, from nothing to full."""

    heat: str = " ░▓█"
    """Values from 0 to 1 where colours do not tell them: an even number of signs, so that two meet
    at 0.5. None of them is a mark."""

    wrong: str = "✗"
    """A row whose class the network does not say; no mark of a class."""

    enter: str = "↵"
    """The Enter key; five cells in ASCII, as the next two are words too."""

    tab: str = "⇥"
    space: str = "space"
    control: str = "^"

    @property
    def ascii(self) -> bool:
        """Whether there is no sign but ASCII."""
        return self.marker is Marker.ASCII


UNICODE = Glyphs(Marker.BRAILLE)

BLOCKS = Glyphs(
    Marker.BLOCKS,
    cursor="►",
    on="•",
    tick="√",
    cross="x",
    warning="!",  # a triangle says that the learning rate was changed
    times="x",
    minus="-",
    to="..",
    ellipsis="...",
    cut="~",
    open="▼",
    into="»",
    prompt="│",
    caret="_",
    full="█",
    empty="░",
    thumb="█",
    thick_stroke="══",
    tint="▀ ",
    run_strokes=("──", "··", "══", "─·"),
    best="♦",
    changed="▲",
    changed_line=":",
    level_line="-",
    levels="_░▒▓█",
    marks=("•", "○", "▲", "▼", "■", "◘", "♦", "+"),
    wrong="x",
    enter="enter",
    tab="tab",
)
"""Of the character set of the first PCs (code page 437), which is what every font has."""

ASCII = Glyphs(
    Marker.ASCII,
    cursor=">",
    on="*",
    off="o",
    tick="+",
    cross="x",
    bell="bell",
    warning="!",
    download="v",
    dot="-",
    times="x",
    minus="-",
    to="..",
    ellipsis="...",
    cut="~",
    open="v",
    up="^",
    down="v",
    left="<",
    right=">",
    vertical="|",
    horizontal="-",
    corner="+",
    tick_left="+",
    tick_below="+",
    into=">",
    prompt=">",
    caret="_",
    full="#",
    empty="-",
    thumb="#",
    solid_stroke="--",
    thick_stroke="##",
    tint="..",
    dotted_stroke="..",
    run_strokes=("**", "oo", "++", "xx", "##", "%%", "@@", "&&"),
    best="*",
    changed="^",
    changed_line=":",
    level_line="-",
    levels="_.-=+*#@",
    degrees="",
    marks=("*", "o", "+", "x", "#", "%", "@", "&"),
    shades=" .:-=+*#%@",
    heat=" .:-=#%@",
    wrong="x",
    enter="enter",
    tab="tab",
)


_SETS = {Marker.BRAILLE: UNICODE, Marker.BLOCKS: BLOCKS, Marker.ASCII: ASCII}


def glyphs(marker: Marker) -> Glyphs:
    """Choose the set to draw with."""
    return _SETS[marker]


def glyphs_for(app: object) -> Glyphs:
    """The set of a running app; Unicode for an app without capabilities (a widget's own test)."""
    capabilities = getattr(app, "capabilities", None)
    return UNICODE if capabilities is None else glyphs(capabilities.marker)
