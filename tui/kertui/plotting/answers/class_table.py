"""The table of which class is taken for which, as rows of cells that scroll both ways. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rich.cells import cell_len

from kertasks.runs.views.confusion_matrix import ClassFigures, ConfusionMatrix
from kertui.plotting.heat import DIVERGING, shade
from kertui.plotting.strips import PLAIN, Row, cells, fit, on, text_of
from kertui.terminal.cells import cut, padded
from kertui.terminal.glyphs import Glyphs
from kertui.text.fitting_text import fitted

_LONGEST_NAME = 16
_LEAST_CELL, _MOST_CELL = 6, 9
"""Columns of a cell, one of them before its number."""

_WANTED_COLUMNS = 6
"""Of classes beside each other, before figures are left out for them."""


class Order(StrEnum):
    """In which order classes stand, down and across alike."""

    AS_NAMED = "in the order of the outputs"
    MOST_WRONG = "most wrong first"

    @property
    def next(self) -> Order:
        """The other one."""
        return Order.MOST_WRONG if self is Order.AS_NAMED else Order.AS_NAMED


def ordered(matrix: ConfusionMatrix, order: Order) -> list[int]:
    """The places of the classes, in the order in which they stand."""
    places = list(range(len(matrix.classes)))
    if order is Order.MOST_WRONG:
        places.sort(key=lambda place: matrix.counts[place][place] - sum(matrix.counts[place]))
    return places


@dataclass(frozen=True, slots=True)
class TableLayout:
    """How many rows and columns of classes are in sight, and how wide all parts are."""

    name: int
    cell: int
    columns: int
    rows: int
    head: int
    """Rows of the names of what is said: two where one has no room for them."""

    figures: tuple[str, ...]
    """The figures that stand at the right margin, by their titles."""

    support: int
    """Columns of the figure that counts rows."""

    def figure_width(self, title: str) -> int:
        """Columns of a figure, two of them before it."""
        return 2 + max(len(title), self.support if title == _ROWS else 4)


_ROOMY = 8
"""Rows from which names of classes may have two."""

_MARKED = on("accent", "strong")
_ROWS = "rows"
_FORMS = (("precision", "recall", "F1", _ROWS), ("recall", "F1", _ROWS), ("F1", _ROWS), ())
"""The figures that may stand at the right margin, the fullest first."""


def arrange(matrix: ConfusionMatrix, width: int, height: int) -> TableLayout:
    """Share out the room of a table: figures give way to classes, until there are a few."""
    classes = len(matrix.classes)
    digits = len(str(max((max(row) for row in matrix.counts if row), default=0)))
    support = len(str(max((one.support for one in matrix.figures), default=0)))
    longest = max((cell_len(name) for name in matrix.classes), default=0)
    name = max(1, min(max(longest, len("true")), _LONGEST_NAME, width // 3))
    least = max(digits + 1, min(longest + 1, _LEAST_CELL))
    most = max(least, min(max(longest + 1, _LEAST_CELL), _MOST_CELL))
    for figures in _FORMS:
        layout = TableLayout(name, least, 0, 0, 1, figures, support)
        room = width - name - 2 - sum(map(layout.figure_width, figures))
        if room >= least * min(classes, _WANTED_COLUMNS):
            break
    cell = max(least, min(most, room // max(1, classes)))
    columns = max(0, min(classes, room // cell))
    head = 2 if longest >= cell and height >= _ROOMY else 1
    return TableLayout(name, cell, columns, max(0, height - head), head, figures, support)


def scrolled(first: int, cursor: int, room: int, count: int) -> int:
    """The first of ``count`` things of which ``room`` are in sight, so that the cursor is."""
    if room <= 0:
        return 0
    first = min(max(first, cursor - room + 1), cursor)
    return max(0, min(first, count - room))


@dataclass(frozen=True, slots=True)
class TableCursor:
    """The cell under the cursor, by the places of its classes among the outputs."""

    true: int
    said: int


def table_rows(
    matrix: ConfusionMatrix,
    layout: TableLayout,
    places: list[int],
    first: tuple[int, int],
    cursor: TableCursor,
    *,
    shares: bool,
    focused: bool,
    heat: bool,
    glyphs: Glyphs,
) -> list[Row]:
    """The names of what is said, and under them a row a class.

    Args:
        matrix: what is drawn.
        layout: how.
        places: of the classes, in their order.
        first: the first row and the first column in sight.
        cursor: the cell the keys act on.
        shares: whether a cell says its share of the row, in percent, in place of its count.
        focused: whether keys act on the table now.
        heat: whether a cell's ground can say how much there is; else a sign in it does.
        glyphs: the signs to draw with.
    """
    top, left = first
    across = places[left : left + layout.columns]
    rows = _head(matrix, layout, across, left, cursor, glyphs)
    for true in places[top : top + layout.rows]:
        chosen = true == cursor.true
        name = padded(fitted(matrix.classes[true], layout.name, glyphs), layout.name)
        row = cells(name, "chosen" if chosen else PLAIN) + cells(" ")
        for said in across:
            cell = _cell(matrix, true, said, layout.cell, shares=shares, heat=heat, glyphs=glyphs)
            if focused and chosen and said == cursor.said:
                cell = cells(glyphs.cursor + text_of(cell[1:]), _MARKED if heat else "chosen")
            row += cell
        row += _figures(matrix.figures[true], layout)
        rows.append(row)
    return rows


def _head(
    matrix: ConfusionMatrix,
    layout: TableLayout,
    across: list[int],
    left: int,
    cursor: TableCursor,
    glyphs: Glyphs,
) -> list[Row]:
    """The names of what is said, over the titles of the figures; the corner says what is what."""
    corner = f"true {glyphs.down} said {glyphs.right}"
    corner = corner if len(corner) <= layout.name else "true"[: layout.name]
    wide = layout.cell - 1
    names = [_in_lines(matrix.classes[said], wide, layout.head, glyphs) for said in across]
    titles = "".join(padded(one, layout.figure_width(one), right=True) for one in layout.figures)
    rows = []
    for line in range(layout.head):
        last = line == layout.head - 1
        row = cells(padded(corner if last else "", layout.name), "dim")
        row += cells(glyphs.left if left and last else " ", "dim")
        for said, parts in zip(across, names, strict=True):
            role = "chosen" if said == cursor.said else "dim"
            row += cells(" ") + cells(padded(parts[line], wide, right=True), role)
        if last:
            more = left + layout.columns < len(matrix.classes)
            row += cells((glyphs.right if more else " ") + titles, "dim")
        rows.append(row)
    return rows


def _in_lines(name: str, width: int, lines: int, glyphs: Glyphs) -> list[str]:
    """A name on the last of so many lines, or broken over them."""
    if lines == 1 or cell_len(name) <= width:
        return [""] * (lines - 1) + [fitted(name, width, glyphs)]
    first = cut(name, width)
    return [first, fitted(name[len(first) :].lstrip(), width, glyphs)]


def _cell(
    matrix: ConfusionMatrix,
    true: int,
    said: int,
    width: int,
    *,
    shares: bool,
    heat: bool,
    glyphs: Glyphs,
) -> Row:
    count, support = matrix.counts[true][said], matrix.figures[true].support
    if not count:
        return cells(" " * (width - 1) + glyphs.dot, "axis") if true == said else cells(" " * width)
    share = count / support
    text = _percent(share) if shares else str(count)
    text = fitted(text, width, glyphs)
    blank = width - len(text)
    if heat:
        place = 0.5 - share / 2 if true == said else 0.5 + share / 2
        return cells(" " * blank + text, on(shade(DIVERGING, place)))
    role = "strong" if true == said else PLAIN
    level = round(share * len(glyphs.levels))
    bar = glyphs.levels[level - 1] * max(0, blank - 1) if level else ""
    return cells(padded(bar, blank, right=True) + text, role)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}" if share >= 0.005 else "<1"


def _figures(figures: ClassFigures, layout: TableLayout) -> Row:
    texts = {
        "precision": f"{figures.precision:.2f}",
        "recall": f"{figures.recall:.2f}",
        "F1": f"{figures.f1:.2f}",
        _ROWS: str(figures.support),
    }
    text = "".join(
        padded(texts[one], layout.figure_width(one), right=True) for one in layout.figures
    )
    return cells(" " + text, PLAIN if figures.support else "dim")


def cell_words(matrix: ConfusionMatrix, cursor: TableCursor, width: int, glyphs: Glyphs) -> Row:
    """What the cell under the cursor says, in words, with the names in full where they fit."""
    count = matrix.counts[cursor.true][cursor.said]
    support = matrix.figures[cursor.true].support
    true, said = matrix.classes[cursor.true], matrix.classes[cursor.said]
    share = f"{count} of {support} rows" + (f", {_percent(count / support)} %" if support else "")
    room = width - len(f" said to be : {share}")
    names = max(1, room // 2)
    true = fitted(true, max(names, room - cell_len(said)), glyphs)
    said = fitted(said, max(1, room - cell_len(true)), glyphs)
    verb = "rightly said to be" if cursor.true == cursor.said else "said to be"
    text = f"{true} {verb} {said}: {share}"
    if cell_len(text) > width:
        text = f"{true} {glyphs.right} {said}: {count}"
    return fit(cells(text), width)
