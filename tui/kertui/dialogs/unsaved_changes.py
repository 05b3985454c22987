"""Asks before changes that are in no file are left behind."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from textual.binding import Binding, BindingType

from kertui.dialogs.dialog import Choice, Question


class UnsavedAnswer(StrEnum):
    """What becomes of changes that are in no file."""

    STAY = "stay"
    SAVE = "save"
    LEAVE = "leave"


class UnsavedChangesScreen(Question[UnsavedAnswer]):
    """Stay (the default), save, or leave without saving.

    Args:
        name: the recipe's name.
        count: how many differences there are from what it came from.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "choose(1)", "save", show=False, id="unsaved.save",
                tooltip="Save the changes, then leave."),
        Binding("l", "choose(2)", "leave", show=False, id="unsaved.leave",
                tooltip="Leave without the changes."),
    ]  # fmt: skip

    def __init__(self, name: str, count: int) -> None:
        super().__init__(
            f"{name} has changes that are in no file",
            "1 difference" if count == 1 else f"{count} differences",
            [
                Choice(UnsavedAnswer.STAY, "Stay here", "nothing changes"),
                Choice(UnsavedAnswer.SAVE, "Save them", "asks for the file, then leaves", "s"),
                Choice(UnsavedAnswer.LEAVE, "Leave without them", "they are gone", "l"),
            ],
        )
