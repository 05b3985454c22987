"""Fields of data of any kind, and what is typed into them as a task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
from msgspec.structs import replace as with_values

from kertasks.folders.texts.text_folder import TextFolder
from kertasks.own_tasks.data_task import NAME, DataTask
from kertasks.tables.table import Table, TextForm
from kertasks.text.numbers import grouped
from kertui.data_screen.data_draft import DataDraft
from kertui.forms.argument_path import ArgumentPath
from kertui.forms.fields import Choice, Entry, Field
from kertui.text.recipe_values import NOTHING, NotAllowed

_FORMS: Final = {
    TextForm.WORDS: "A 1 for every word that occurs, beside other columns.",
    TextForm.SEQUENCE: "The words in their order, for an Embedding; nothing beside them.",
}
USUAL_SHARE: Final = 0.2
"""Held out to test, where a person says nothing."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A field, and what a text in it makes of the task."""

    field: Field
    enter: Callable[[str], DataTask]
    default: str | None = None
    """The text that it has when it is reset; None for what has no default."""


def fields_of(settings: Sequence[Setting], paired: bool) -> tuple[Field, ...]:
    """The fields of settings.

    Args:
        settings: from the top.
        paired: whether two stand on a line, as where there is no room below.
    """
    fields = [setting.field for setting in settings]
    if paired:
        fields = [replace(field, beside=place % 2 == 1) for place, field in enumerate(fields)]
    return tuple(fields)


def entered(
    draft: DataDraft, settings: Sequence[Setting], path: ArgumentPath, text: str
) -> tuple[DataTask, str]:
    """The task and its name with a text in the field at ``path``.

    Raises:
        NotAllowed: saying what is allowed.
    """
    if path == ("name",):
        return draft.task, _name(text)
    for setting in settings:
        if setting.field.path == path:
            return _checked(setting.enter(text.strip())), draft.name
    return draft.task, draft.name  # it has just gone


def reset(draft: DataDraft, settings: Sequence[Setting], path: ArgumentPath) -> DataTask:
    """The task with the default of a field; the same where it has none."""
    for setting in settings:
        if setting.field.path == path and setting.default is not None:
            return _checked(setting.enter(setting.default))
    return draft.task


def _checked(task: DataTask) -> DataTask:
    """The task, if its file could say it.

    Raises:
        NotAllowed: a value is out of its bounds.
    """
    try:
        return msgspec.convert(msgspec.to_builtins(task), DataTask)
    except msgspec.ValidationError as error:
        raise NotAllowed(str(error).partition(" - at ")[0].removeprefix("Expected ")) from error


def _name(text: str) -> str:
    name = text.strip()
    if NAME.fullmatch(name) is None:
        raise NotAllowed("a to z, 0 to 9, hyphens and underscores, a letter or a digit first")
    return name


def name_settings(draft: DataDraft) -> list[Setting]:
    """What the task is called."""
    task = draft.task
    kept = draft.file is not None
    return [
        Setting(
            Field(
                ("name",),
                "name",
                Entry.FACT if kept else Entry.TEXT,
                draft.name,
                changed=True,
                allowed="a to z, 0 to 9, hyphens and underscores",
                help="What the task is called, here and on the command line.",
            ),
            lambda _: task,
        ),
        Setting(
            Field(
                ("title",),
                "title",
                Entry.TEXT,
                task.title,
                changed=bool(task.title),
                allowed="a few words",
                help="A few words for the list of tasks.",
            ),
            lambda text: with_values(task, title=text),
            "",
        ),
    ]


def share_setting(label: str, of: str, share: float, take: Callable[[float], DataTask]) -> Setting:
    """How much is held out to test.

    Args:
        label: of the field.
        of: what it is a share of: ``rows``, ``pictures``.
        share: as it is now.
        take: gives the task with another.
    """
    allowed = f"a share of the {of}, less than all of them: 20 %, 0.2, or none"
    field = Field(
        ("share",), label, Entry.TEXT, f"{share * 100:g} %", changed=share != USUAL_SHARE,
        allowed=f"a share of the {of}: 20 %, 0.2, or none",
        help=f"How many of the {of} test the network; it never learns from them.",
    )  # fmt: skip

    def enter(text: str) -> DataTask:
        plain = text.casefold().replace(" ", "").replace(",", ".")
        try:
            typed = 0.0 if plain in (NOTHING, "") else float(plain.removesuffix("%"))
        except ValueError:
            raise NotAllowed(field.allowed) from None
        typed = typed / 100 if plain.endswith("%") else typed
        if not 0 <= typed < 1:
            raise NotAllowed(allowed)
        return take(typed)

    return Setting(field, enter, f"{USUAL_SHARE * 100:g} %")


def text_settings(
    data: Table | TextFolder, bounds: tuple[int, int], changed: Callable[..., DataTask]
) -> list[Setting]:
    """How texts become numbers.

    Args:
        data: what has them.
        bounds: the fewest and the most words that a vocabulary may have.
        changed: gives the task with other values of the data.
    """
    least, most = bounds
    settings = [
        pick("text_form", "text as", data.text_form, _FORMS, TextForm.WORDS,
             lambda text: changed(text_form=TextForm(text)),
             "How the text reaches the network."),
        Setting(
            Field(
                ("most_words",),
                "words",
                Entry.TEXT,
                str(data.most_words),
                changed=data.most_words != 10_000,
                allowed=f"a whole number, {least} to {grouped(most)}",
                help="Of the vocabulary: the most frequent of the training rows.",
            ),
            lambda text: changed(most_words=whole(text, least, most)),
            "10000",
        ),
    ]  # fmt: skip
    if data.text_form is TextForm.SEQUENCE:
        length = Field(
            ("most_length",), "length", Entry.TEXT, str(data.most_length),
            changed=data.most_length != 200, allowed="a whole number, 1 to 10 000",
            help="Words of a text; longer ones are cut at the end, shorter ones padded.",
        )  # fmt: skip
        settings.append(
            Setting(length, lambda text: changed(most_length=whole(text, 1, 10_000)), "200")
        )
    return settings


def pick(
    path: str,
    label: str,
    value: str,
    choices: dict[Any, str],
    default: str | None,
    enter: Callable[[str], DataTask],
    help: str,
) -> Setting:
    """A field whose value is one of a few.

    Args:
        path: of the field.
        label: of the field.
        value: as it is now.
        choices: what there is, with a remark on each.
        default: what it is when it is reset; None for what is always a choice of the person's.
        enter: gives the task with another.
        help: what it is.
    """
    field = Field(
        (path,), label, Entry.PICK, str(value), changed=value != default, help=help,
        choices=tuple(Choice(str(one), said) for one, said in choices.items()),
    )  # fmt: skip

    def take(text: str) -> DataTask:
        if text not in {str(one) for one in choices}:
            raise NotAllowed(", ".join(str(one) for one in choices))
        return enter(text)

    return Setting(field, take, default)


def whole(text: str, least: int, most: int) -> int:
    """A whole number that was typed.

    Raises:
        NotAllowed: it is none, or out of its bounds.
    """
    plain = text.replace(" ", "").replace("_", "")
    if not plain.isdecimal() or not least <= int(plain) <= most:
        raise NotAllowed(f"a whole number, {least} to {most}")
    return int(plain)
