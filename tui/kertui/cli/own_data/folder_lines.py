"""A folder of a person's own, or a file of arrays, on the command line: what was understood."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kertasks.arrays.arrays_look import ArraysLook
    from kertasks.folders.folder_look import FolderLook

_MOST_SAID = 5
"""Classes, sizes and files that are named in a line; ``kertui data look`` says more."""


def folder_lines(look: FolderLook, most: int = _MOST_SAID) -> Iterator[str]:
    """What was understood of a folder, and what a person must know.

    Args:
        look: at it.
        most: classes, sizes and files that are named.
    """
    from kertasks.folders.pictures.picture_folder import PictureFolder
    from kertasks.text.numbers import counted, grouped, percent

    data = look.data
    what = "picture" if isinstance(data, PictureFolder) else "text"
    facts = [counted(data.rows, what), counted(len(data.classes), "class")]
    test = (
        f"parts {', '.join(look.parts)}"
        if "test" in look.parts
        else f"{percent(data.test)} of each class held out"
    )
    yield f"{Path(data.path).name}: {', '.join(facts)}; {test}"
    counts = [f"{one.name} {grouped(one.files)}" for one in look.classes]
    yield from _named("classes", counts, most)
    if isinstance(data, PictureFolder):
        sizes = [f"{one.width} x {one.height} ({grouped(one.files)})" for one in look.sizes]
        yield from _named("sizes", sizes, most)
        colours = "in colour" if data.colour else "in grey"
        yield f"made {data.width} x {data.height}, {colours}, {data.scaling}"
    else:
        yield f"{data.text_form} of {grouped(data.most_words)}"
    if look.left_out_count:
        yield f"{counted(look.left_out_count, 'file')} left out:"
        for one in look.left_out[:most]:
            yield f"  {one.name}: {one.why}"
    for warning in look.warnings:
        yield f"warning: {warning}"
    for problem in look.problems:
        yield f"problem: {problem}"


def _named(what: str, all_of_them: list[str], most: int) -> Iterator[str]:
    more = len(all_of_them) - most
    rest = f" and {more} more" if more > 0 else ""
    yield f"{what}: {', '.join(all_of_them[:most])}{rest}"


def array_lines(look: ArraysLook, most: int = _MOST_SAID) -> Iterator[str]:
    """What was understood of a file of arrays, and what a person must know.

    Args:
        look: at it.
        most: arrays and classes that are named.
    """
    from kertasks.text.numbers import counted, grouped, percent

    data = look.data
    found = [f"{one.name} {one.shape} {one.dtype}" for one in look.arrays]
    yield from _named(Path(data.path).name, found, most)
    test = data.x_test or f"{percent(data.test)} held out"
    goal = data.y or "its last column"
    yield f"predicts {goal} from {data.x}; to test: {test}; scaled: {data.scaling}"
    if data.classes:
        pairs = zip(data.classes, look.class_rows, strict=True)
        yield from _named("classes", [f"{name} {grouped(rows)}" for name, rows in pairs], most)
    else:
        yield f"a number, {counted(data.rows, 'row')}"
    for warning in look.warnings:
        yield f"warning: {warning}"
    for problem in look.problems:
        yield f"problem: {problem}"
