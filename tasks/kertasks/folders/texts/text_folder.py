"""A folder of texts by class: all that a task of one says. A plain record."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from kertasks.kinds import TaskKind
from kertasks.tables.table import Column, Role, SplitChoice, Table, TextForm
from kertasks.text.plain_text import one_line

TEXT, CLASS = "text", "class"
"""What the two columns are called of a folder as a table."""


class TextFolder(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="kind",
    tag="texts",
):
    """Texts in a folder a class, or in such folders under ``train``, ``test``, ``validation``."""

    path: str
    """Of the folder; a relative one is beside the file that says it."""

    classes: Annotated[tuple[str, ...], Meta(min_length=1, max_length=10_000)]
    """The names of the folders, in the order of the classes' numbers."""

    text_form: TextForm = TextForm.WORDS
    most_words: Annotated[int, Meta(ge=3, le=60_000)] = 10_000
    """Of the vocabulary, which the training texts' most frequent words make."""

    most_length: Annotated[int, Meta(ge=1, le=10_000)] = 200
    """Words of a text that a sequence has; longer ones are cut at the end, shorter ones padded."""

    test: Annotated[float, Meta(ge=0, lt=1)] = 0.2
    """The share of each class that is held out to test, where no folder ``test`` is there."""

    digest: str = ""
    """By what the files are known again, as ``folder_digest.py`` says."""

    rows: int = 0
    """Texts, when they were looked at; recipes are fitted to that."""

    @property
    def kind(self) -> TaskKind:
        """What is to be predicted."""
        return TaskKind.of_classes(len(self.classes))


def as_table(data: TextFolder, digest: str, rows: int) -> Table:
    """The folder as a table says it, which is what a run keeps of it.

    Args:
        data: the folder.
        digest: of what its files held.
        rows: how many of them could be read.
    """
    return Table(
        path=data.path,
        target=CLASS,
        columns=(Column(TEXT, Role.TEXT), Column(CLASS, Role.CATEGORY)),
        classes=tuple(one_line(name) for name in data.classes),
        split=SplitChoice(test=data.test),
        text_form=data.text_form,
        most_words=data.most_words,
        most_length=data.most_length,
        digest=digest,
        rows=rows,
    )


def of_table(table: Table, now: TextFolder) -> TextFolder:
    """The folder that a table of ``as_table`` says.

    Args:
        table: as a run keeps it.
        now: the folder as its task says it by now: the names of its classes as the files have them.
    """
    by_name = {one_line(name): name for name in now.classes}
    return TextFolder(
        path=table.path,
        classes=tuple(by_name.get(name, name) for name in table.classes),
        text_form=table.text_form,
        most_words=table.most_words,
        most_length=table.most_length,
        test=table.split.test,
        digest=table.digest,
        rows=table.rows,
    )
