"""The signs the interface draws with, in Unicode and in plain ASCII.

Every widget takes its signs from here; ``AsciiFilter`` in ``kertui.terminal.line_filters`` is
the net under them that catches what Textual's own widgets and the data's texts bring.
"""

from __future__ import annotations

from typing import NamedTuple


# A tuple: to make a dataclass of so many fields would take a millisecond of the first paint.
class Glyphs(NamedTuple):
    """One set of signs. Each is one cell wide unless its comment says otherwise."""

    ascii: bool
    cursor: str = "▸"
    """Before the row the keys act on."""

    on: str = "●"
    off: str = "○"
    tick: str = "✓"
    cross: str = "✗"
    """Before what was refused or failed."""

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
    solid_stroke: str = "──"
    """The training curve in a legend; two cells."""

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

    levels: str = "▁▂▃▄▅▆▇█"
    """A share over time, one cell a reading, from nothing to full."""

    degrees: str = "°"
    marks: tuple[str, ...] = ("●", "○", "▲", "△", "■", "□", "◆", "◇")
    """One a class in a scatter plot."""

    shades: str = " ░▒▓█"
    """Grounds of growing darkness, from nothing to full."""

    enter: str = "↵"
    """The Enter key; five cells in ASCII, as the next two are words too."""

    tab: str = "⇥"
    space: str = "space"
    control: str = "^"


UNICODE = Glyphs(ascii=False)

ASCII = Glyphs(
    ascii=True,
    cursor=">",
    on="*",
    off="o",
    tick="+",
    cross="x",
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
    solid_stroke="--",
    dotted_stroke="..",
    run_strokes=("**", "oo", "++", "xx", "##", "%%", "@@", "&&"),
    best="*",
    changed="^",
    changed_line=":",
    levels="_.-=+*#@",
    degrees="",
    marks=("*", "o", "+", "x", "#", "%", "@", "&"),
    shades=" .:-=+*#%@",
    enter="enter",
    tab="tab",
)


def glyphs(ascii: bool) -> Glyphs:
    """Choose the set to draw with."""
    return ASCII if ascii else UNICODE


def glyphs_for(app: object) -> Glyphs:
    """The set of a running app; Unicode for an app without capabilities (a widget's own test)."""
    return glyphs(bool(getattr(getattr(app, "capabilities", None), "ascii", False)))
