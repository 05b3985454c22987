"""What was seen in a folder or a file of arrays, as lines; no widgets here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from textual.content import Content

from kertasks.arrays.arrays_look import ArraysLook
from kertasks.folders.class_folders import TEST, TRAIN, VALIDATION
from kertasks.folders.folder_look import FolderLook
from kertasks.text.numbers import counted, grouped
from kertasks.text.plain_text import one_line
from kertui.data_screen.form.array_fields import LAST, shape_words
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs
from kertui.text.fitting_text import fitted, wrap_parts

MOST_CLASSES = 200
"""Lines of classes; the rest is counted."""

_GAP = 2
_MOST_NAME = 24
_LONGEST_BAR = 40
_SHORTEST_BAR = 4


def seen_lines(look: FolderLook | ArraysLook, width: int, glyphs: Glyphs) -> list[Content]:
    """Everything that was seen, in lines of at most ``width`` cells."""
    if isinstance(look, FolderLook):
        return [*_folder(look, width, glyphs)]
    return [*_arrays(look, width, glyphs)]


def _folder(look: FolderLook, width: int, glyphs: Glyphs) -> Iterator[Content]:
    parts = [part for part in (TRAIN, VALIDATION, TEST) if part in look.parts]
    names = [one.name for one in look.classes]
    if parts:
        counts = [[getattr(one, part) for part in parts] for one in look.classes]
    else:
        counts = [[one.files] for one in look.classes]
    yield from _classes(names, parts or ["files"], counts, width, glyphs)
    if look.sizes:
        yield Content("")
        times = glyphs.times
        sizes = [f"{one.width} {times} {one.height} ({grouped(one.files)})" for one in look.sizes]
        yield from _listed("sizes seen", sizes, width)
    if look.left_out_count:
        yield Content("")
        yield Content.styled(f"{counted(look.left_out_count, 'file')} left out", "$dim")
        room = min(width // 2, max(cell_len(one.name) for one in look.left_out))
        for one in look.left_out:
            name = padded(fitted(one.name, room, glyphs), room)
            why = fitted(one.why, max(1, width - room - 2 * _GAP), glyphs)
            yield Content.assemble(f"  {name}", " " * _GAP, (why, "$dim"))
        more = look.left_out_count - len(look.left_out)
        if more > 0:
            yield Content.styled(f"  and {grouped(more)} more", "$dim")


def _arrays(look: ArraysLook, width: int, glyphs: Glyphs) -> Iterator[Content]:
    data = look.data
    roles = {data.x: "x", data.y: "y", data.x_test: "test x", data.y_test: "test y"}
    if not data.y:
        roles[data.x] = f"x, and y in its {LAST.removesuffix(' of x')}"
    shapes = [shape_words(one).replace(" x ", f" {glyphs.times} ") for one in look.arrays]
    room = min(_MOST_NAME, max(cell_len(one.name) for one in look.arrays))
    second = max(map(cell_len, shapes))
    yield Content.styled(f"{padded('array', room)}{' ' * _GAP}what it holds", "$dim")
    for one, shape in zip(look.arrays, shapes, strict=True):
        name, role = fitted(one.name, room, glyphs), roles.get(one.name, "")
        style = "bold" if role else "$dim"
        said = fitted(
            f"{padded(shape, second)}{' ' * _GAP}{role}".rstrip(), width - room - _GAP, glyphs
        )
        yield Content.assemble((padded(name, room), style), " " * _GAP, said)
    if look.class_rows:
        yield Content("")
        names = [one_line(name) for name in data.classes]
        yield from _classes(names, ["rows"], [[one] for one in look.class_rows], width, glyphs)


def _classes(
    names: Sequence[str],
    heads: Sequence[str],
    counts: Sequence[Sequence[int]],
    width: int,
    glyphs: Glyphs,
) -> Iterator[Content]:
    """A line a class: its name, its counts under their heads, a bar as long as their sum."""
    shown = min(len(names), MOST_CLASSES)
    name_room = min(_MOST_NAME, max(5, *map(cell_len, names[:shown])) if shown > 1 else _MOST_NAME)
    rooms = [
        max(len(head), *(len(grouped(row[at])) for row in counts[:shown])) if shown else len(head)
        for at, head in enumerate(heads)
    ]
    gap = " " * _GAP
    left = width - name_room - sum(rooms) - _GAP * (len(rooms) + 1)
    bar = min(_LONGEST_BAR, left) if left >= _SHORTEST_BAR else 0
    titles = gap.join(
        padded(head, room, right=True) for head, room in zip(heads, rooms, strict=True)
    )
    yield Content.styled(f"{padded('class', name_room)}{gap}{titles}", "$dim")
    most = max((sum(row) for row in counts), default=0)
    for name, row in list(zip(names, counts, strict=True))[:shown]:
        numbers = gap.join(
            padded(grouped(one), room, right=True) for one, room in zip(row, rooms, strict=True)
        )
        cells = max(1, round(bar * sum(row) / most)) if bar and sum(row) else 0
        yield Content.assemble(
            padded(fitted(name, name_room, glyphs), name_room),
            gap,
            numbers,
            gap if cells else "",
            (glyphs.full * cells, "$accent"),
        )
    if len(names) > shown:
        yield Content.styled(f"and {grouped(len(names) - shown)} more", "$dim")


def _listed(title: str, parts: Sequence[str], width: int) -> Iterator[Content]:
    """Parts side by side behind a title, wrapped below one another."""
    indent = len(title) + _GAP
    for place, line in enumerate(wrap_parts(parts, ", ", max(12, width - indent))):
        start = f"{title}{' ' * _GAP}" if not place else " " * indent
        yield Content.assemble((start, "$dim"), line)
