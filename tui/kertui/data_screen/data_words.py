"""What each kind of data says of itself on its screen: facts, fields, what is used of it."""

from __future__ import annotations

from kertasks.arrays.arrays_look import ArraysLook
from kertasks.arrays.own_arrays import Arrays
from kertasks.folders.folder_look import FolderLook
from kertasks.folders.pictures.picture_folder import PictureFolder
from kertasks.own_tasks.data_task import OwnData
from kertasks.tables.table import Table
from kertasks.tables.table_look import TableLook
from kertasks.tables.table_requests import DataLook
from kertasks.text.numbers import counted, grouped, percent
from kertui.data_screen.data_draft import DataDraft
from kertui.data_screen.form.array_fields import array_settings
from kertui.data_screen.form.data_settings import Setting
from kertui.data_screen.form.folder_fields import folder_settings
from kertui.data_screen.form.table_fields import table_settings


def facts_of(look: DataLook, data: OwnData) -> list[str]:
    """What data is, the most important first.

    Args:
        look: what was seen in it last.
        data: as it is now.
    """
    if isinstance(data, Table):
        counts = [counted(data.rows, "row"), counted(len(data.columns), "column")]
        return [*counts, look.format, *look.guesses] if isinstance(look, TableLook) else counts
    if isinstance(data, Arrays):
        found = look.arrays if isinstance(look, ArraysLook) else ()
        classes = [counted(len(data.classes), "class")] if data.classes else ["a number"]
        return [counted(data.rows, "row"), *classes, counted(len(found), "array")]
    what = "picture" if isinstance(data, PictureFolder) else "text"
    parts = look.parts if isinstance(look, FolderLook) else ()
    held = " / ".join(parts) if parts else f"{percent(data.test)} held out"
    return [counted(data.rows, what), counted(len(data.classes), "class"), held]


def used_words(look: DataLook | None, data: OwnData) -> list[str]:
    """How many rows of a table are trained on and left out; nothing of other data."""
    if not isinstance(look, TableLook) or not isinstance(data, Table) or not look.used_rows:
        return []
    left = data.rows - look.used_rows
    used = [f"{counted(look.used_rows, 'row')} used"]
    return [*used, f"{grouped(left)} left out"] if left else used


def settings_of(draft: DataDraft, look: DataLook | None) -> list[Setting]:
    """The fields of data as it is now.

    Args:
        draft: which has it.
        look: what was seen in it last; None before.
    """
    data = draft.data
    if isinstance(data, Table):
        if not isinstance(look, TableLook):
            return table_settings(draft, "", {})
        return table_settings(draft, look.format, {one.name: one for one in look.columns})
    if isinstance(data, Arrays):
        return array_settings(draft, data, look.arrays if isinstance(look, ArraysLook) else ())
    return folder_settings(draft, data, look.parts if isinstance(look, FolderLook) else ())
