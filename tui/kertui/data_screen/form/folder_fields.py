"""What is said of a folder of pictures or texts, as fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from msgspec.structs import replace

from kertasks.folders.class_folders import TEST
from kertasks.folders.folder_look import FolderData
from kertasks.folders.pictures.picture_folder import PictureFolder, PixelScaling
from kertasks.own_tasks.data_task import DataTask
from kertui.data_screen.data_draft import DataDraft
from kertui.data_screen.form.data_settings import (
    Setting,
    name_settings,
    pick,
    share_setting,
    text_settings,
)
from kertui.forms.fields import Entry, Field
from kertui.text.recipe_values import NotAllowed

_SIZE = re.compile(r"([0-9]{1,4})(?:\s*[x×,\s]\s*([0-9]{1,4}))?")
_SIZE_WORDS: Final = "width x height in pixels, each 1 to 1 024: 32 x 24"
_GREY, _COLOUR = "grey", "colour"
_COLOURS: Final = {_GREY: "One number a pixel.", _COLOUR: "Red, green and blue."}
_SCALINGS: Final = {
    PixelScaling.UNIT: "What networks like; four bytes a number.",
    PixelScaling.BYTES: "As they stand, a byte a number; for networks that begin with Rescaling.",
}


def folder_settings(draft: DataDraft, data: FolderData, parts: Sequence[str]) -> list[Setting]:
    """Every field that a folder has, from the top.

    Args:
        draft: of the folder.
        data: what it says.
        parts: the folders above those of the classes; with one to test on nothing is held out.
    """
    change = partial(_changed, draft.task, data)
    if isinstance(data, PictureFolder):
        settings, of = _picture_settings(data, change), "pictures"
    else:
        settings, of = text_settings(data, (3, 60_000), change), "texts"
    if TEST not in parts:
        settings.append(share_setting("held out", of, data.test, lambda test: change(test=test)))
    return [*settings, *name_settings(draft)]


def _changed(task: DataTask, data: FolderData, **values: Any) -> DataTask:
    return replace(task, data=replace(data, **values))


def _picture_settings(data: PictureFolder, change: partial[DataTask]) -> list[Setting]:
    size = Field(
        ("size",), "size", Entry.TEXT, f"{data.width} x {data.height}", changed=True,
        allowed=_SIZE_WORDS, help="What every picture is brought to, whatever its own is.",
    )  # fmt: skip

    def resized(text: str) -> DataTask:
        found = _SIZE.fullmatch(text)
        if found is None:
            raise NotAllowed(_SIZE_WORDS)
        width, height = int(found[1]), int(found[2] or found[1])
        if not (1 <= width <= 1_024 and 1 <= height <= 1_024):
            raise NotAllowed(_SIZE_WORDS)
        return change(width=width, height=height)

    return [
        Setting(size, resized),
        pick(
            "colour",
            "seen in",
            _COLOUR if data.colour else _GREY,
            _COLOURS,
            None,
            lambda text: change(colour=text == _COLOUR),
            "What the network gets of a pixel.",
        ),
        pick(
            "scaling",
            "scaled",
            data.scaling,
            _SCALINGS,
            PixelScaling.UNIT,
            lambda text: change(scaling=PixelScaling(text)),
            "What a pixel's number is to the network.",
        ),
    ]
