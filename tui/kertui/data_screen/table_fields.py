"""What is said of a table as a whole, as fields, and what is typed into them as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import msgspec
from msgspec.structs import replace as with_values

from kertasks.own_tasks.data_task import NAME, DataTask
from kertasks.tables.table import Reading, Role, SplitChoice, SplitWay, Table, TextForm
from kertasks.tables.table_changes import TARGET_ROLES, with_column, with_role, with_target
from kertasks.tables.table_look import ColumnLook
from kertui.data_screen.column_cells import ROLE_WORDS
from kertui.data_screen.table_draft import TableDraft
from kertui.forms.argument_path import ArgumentPath
from kertui.forms.fields import Choice, Entry, Field
from kertui.text.recipe_values import NOTHING, NotAllowed

_EMPTY: Final = "empty"
"""How a cell that holds nothing is written among the marks of missing ones."""

_SIGNS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "blank": " "}
_DECIMALS: Final = {"point": ".", "comma": ","}
_QUOTES: Final = {'"': '"', "'": "'", NOTHING: ""}
_TEXT_FORMATS: Final = ("CSV", "TSV")

_WAYS: Final = {
    SplitWay.RANDOM: "Any rows, drawn with the recipe's seed.",
    SplitWay.STRATIFIED: "Any rows, with each class in its share.",
    SplitWay.TIME: "The last rows by a column of dates or numbers.",
    SplitWay.GROUP: "Rows that share a value of a column together.",
    SplitWay.COLUMN: "The rows that a column marks.",
}
_FORMS: Final = {
    TextForm.WORDS: "A 1 for every word that occurs, beside the other columns.",
    TextForm.SEQUENCE: "The words in their order, for an Embedding; no other column.",
}
_NO_READING, _NO_SPLIT = Reading(), SplitChoice()


@dataclass(frozen=True, slots=True)
class Shown:
    """What fields are made of."""

    draft: TableDraft
    format: str
    """Of the file, as its look says; empty while there is none."""

    looks: Mapping[str, ColumnLook]

    @property
    def table(self) -> Table:
        """As it is now."""
        return self.draft.table


@dataclass(frozen=True, slots=True)
class _Setting:
    """A field, and what a text in it makes of the task."""

    field: Field
    enter: Callable[[str], DataTask]
    default: Any = None
    """The text that it has when it is reset; None for what has no default."""


def fields_of(shown: Shown, paired: bool) -> tuple[Field, ...]:
    """The fields of a table, those that say something of it.

    Args:
        shown: the table.
        paired: whether two stand on a line, as where there is no room below.
    """
    fields = [setting.field for setting in _settings(shown)]
    if paired:
        fields = [replace(field, beside=place % 2 == 1) for place, field in enumerate(fields)]
    return tuple(fields)


def entered(shown: Shown, path: ArgumentPath, text: str) -> tuple[DataTask, str]:
    """The task and its name with a text in the field at ``path``.

    Raises:
        NotAllowed: saying what is allowed.
    """
    if path == ("name",):
        return shown.draft.task, _name(text)
    for setting in _settings(shown):
        if setting.field.path == path:
            return _checked(setting.enter(text.strip())), shown.draft.name
    return shown.draft.task, shown.draft.name  # it has just gone


def reset(shown: Shown, path: ArgumentPath) -> DataTask:
    """The task with the default of a field; the same where it has none."""
    for setting in _settings(shown):
        if setting.field.path == path and setting.default is not None:
            return _checked(setting.enter(setting.default))
    return shown.draft.task


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


def _settings(shown: Shown) -> list[_Setting]:
    """Every field that the table has, from the top."""
    table = shown.table
    settings = [*_target(shown), *_split(shown)]
    others = [column for column in table.columns if column.name != table.target]
    if any(column.role is Role.TEXT for column in others):
        settings += _text(shown)
    if shown.format in _TEXT_FORMATS or not shown.format:
        settings += _reading(shown)
    return [*settings, *_words(shown)]


def _of(task: DataTask, table: Table) -> DataTask:
    return with_values(task, data=table)


def _target(shown: Shown) -> list[_Setting]:
    table, task = shown.table, shown.draft.task
    names = [column.name for column in table.columns]
    column = next((one for one in table.columns if one.name == table.target), None)
    classes = len(table.classes)
    targets = Field(
        ("target",), "target", Entry.PICK, table.target, changed=True,
        help="The column that the network is to predict.",
        choices=tuple(Choice(name, _seen(shown, name)) for name in names),
    )  # fmt: skip

    def take(text: str) -> DataTask:
        _require(text, names)
        return _of(task, with_target(table, text))

    settings = [_Setting(targets, take)]
    if column is None:
        return settings
    kind = Field(
        ("role",), "as", Entry.PICK, column.role.value, changed=True,
        help="A number is predicted in its own unit, a category as one of its values.",
        choices=tuple(Choice(role, ROLE_WORDS[role]) for role in TARGET_ROLES),
        note=f"{classes} classes" if classes else "",
    )  # fmt: skip
    settings.append(
        _Setting(kind, lambda text: _of(task, with_role(table, table.target, Role(text))))
    )
    if column.role is Role.NUMBER:

        def with_unit(text: str) -> DataTask:
            unit = None if text in ("", NOTHING) else text
            return _of(task, with_column(table, with_values(column, unit=unit)))

        unit = Field(
            ("unit",), "unit", Entry.TEXT, column.unit or NOTHING, changed=column.unit is not None,
            allowed="a word or a sign: $, km, or none", help="What errors are told in.",
        )  # fmt: skip
        settings.append(_Setting(unit, with_unit, NOTHING))
    return settings


def _seen(shown: Shown, name: str) -> str:
    look = shown.looks.get(name)
    return look.type if look is not None else ""


def _split(shown: Shown) -> list[_Setting]:
    table, task, split = shown.table, shown.draft.task, shown.table.split

    def changed(**values: Any) -> DataTask:
        return _of(task, with_values(table, split=with_values(split, **values)))

    def way(text: str) -> DataTask:
        wanted = SplitWay(text)
        needs = wanted in (SplitWay.TIME, SplitWay.GROUP, SplitWay.COLUMN)
        column = (split.column or _fitting_column(shown, wanted)) if needs else None
        return changed(way=wanted, column=column)

    settings = [
        _Setting(
            Field(
                ("split",),
                "held out",
                Entry.PICK,
                split.way.value,
                changed=split.way is not _NO_SPLIT.way,
                help="How the rows are chosen that test the network.",
                choices=tuple(Choice(one, said) for one, said in _WAYS.items()),
            ),
            way,
            _NO_SPLIT.way.value,
        )
    ]
    if split.way is not SplitWay.COLUMN:
        share = Field(
            ("share",), "share", Entry.TEXT, f"{split.test * 100:g} %",
            changed=split.test != _NO_SPLIT.test,
            allowed="a share of the rows: 20 %, 0.2, or none",
            help="How many of the rows test the network; it never learns from them.",
        )  # fmt: skip
        settings.append(_Setting(share, lambda text: changed(test=_share(text)), "20 %"))
    if split.way in (SplitWay.TIME, SplitWay.GROUP, SplitWay.COLUMN):
        names = [column.name for column in table.columns if column.name != table.target]

        def by(text: str) -> DataTask:
            _require(text, names)
            return changed(column=text)

        field = Field(
            ("by",), "by", Entry.PICK, split.column or "", changed=True,
            help=_WAYS[split.way],
            choices=tuple(Choice(name, _seen(shown, name)) for name in names),
        )  # fmt: skip
        settings.append(_Setting(field, by))
    if split.way is SplitWay.COLUMN:
        for path, label, values, key in (
            ("test", "tests", split.test_values, "test_values"),
            ("validation", "validates", split.validation_values, "validation_values"),
        ):
            field = Field(
                (path,), label, Entry.TEXT, ", ".join(values), changed=True,
                allowed="cells with commas between",
                help="What stands in that column of such a row; all other rows train.",
            )  # fmt: skip
            settings.append(_Setting(field, partial(_with_values, changed, key)))
    return settings


def _with_values(changed: Callable[..., DataTask], key: str, text: str) -> DataTask:
    return changed(**{key: tuple(part.strip() for part in text.split(",") if part.strip())})


def _fitting_column(shown: Shown, way: SplitWay) -> str | None:
    """The column that rows can probably be split by in that way."""
    table = shown.table
    others = [column for column in table.columns if column.name != table.target]
    wanted = {
        SplitWay.TIME: (Role.DATE, Role.NUMBER),
        SplitWay.GROUP: (Role.CATEGORY, Role.IDENTIFIER),
        SplitWay.COLUMN: (Role.CATEGORY, Role.IGNORE),
    }[way]
    for role in wanted:
        for column in others:
            if column.role is role:
                return column.name
    return others[0].name if others else None


def _text(shown: Shown) -> list[_Setting]:
    table, task = shown.table, shown.draft.task

    def changed(**values: Any) -> DataTask:
        return _of(task, with_values(table, **values))

    settings = [
        _Setting(
            Field(
                ("text_form",),
                "text as",
                Entry.PICK,
                table.text_form.value,
                changed=table.text_form is not TextForm.WORDS,
                help="How the column of text reaches the network.",
                choices=tuple(Choice(one, said) for one, said in _FORMS.items()),
            ),
            lambda text: changed(text_form=TextForm(text)),
            TextForm.WORDS.value,
        ),
        _Setting(
            Field(
                ("most_words",),
                "words",
                Entry.TEXT,
                str(table.most_words),
                changed=table.most_words != 10_000,
                allowed="a whole number, 2 to 100 000",
                help="Of the vocabulary: the most frequent of the training rows.",
            ),
            lambda text: changed(most_words=_whole(text, 2, 100_000)),
            "10000",
        ),
    ]
    if table.text_form is TextForm.SEQUENCE:
        length = Field(
            ("most_length",), "length", Entry.TEXT, str(table.most_length),
            changed=table.most_length != 200, allowed="a whole number, 1 to 10 000",
            help="Words of a text; longer ones are cut at the end, shorter ones padded.",
        )  # fmt: skip
        settings.append(
            _Setting(length, lambda text: changed(most_length=_whole(text, 1, 10_000)), "200")
        )
    return settings


def _reading(shown: Shown) -> list[_Setting]:
    table, task, reading = shown.table, shown.draft.task, shown.table.reading

    def changed(**values: Any) -> DataTask:
        return _of(task, with_values(table, reading=with_values(reading, **values)))

    def named(text: str, names: Mapping[str, str]) -> str:
        return names.get(text.casefold(), text)

    delimiter, decimal = _sign(reading.delimiter, _SIGNS), _sign(reading.decimal, _DECIMALS)
    marks = ", ".join(mark or _EMPTY for mark in reading.missing)
    return [
        _Setting(
            Field(
                ("delimiter",),
                "delimiter",
                Entry.TEXT,
                delimiter,
                changed=reading.delimiter != _NO_READING.delimiter,
                allowed="comma, semicolon, tab, bar, blank, or other characters, four at most",
                help="What stands between two cells.",
            ),
            lambda text: changed(delimiter=named(text, _SIGNS)),
            "comma",
        ),
        _Setting(
            Field(
                ("decimal",),
                "decimal",
                Entry.PICK,
                decimal,
                changed=reading.decimal != _NO_READING.decimal,
                help="What stands before the decimals of a number.",
                choices=(Choice("point", "1234.5"), Choice("comma", "1234,5")),
            ),
            lambda text: changed(decimal=_DECIMALS[text]),
            "point",
        ),
        _Setting(
            Field(
                ("header",),
                "header",
                Entry.TOGGLE,
                "yes" if reading.header else "no",
                changed=not reading.header,
                help="Whether the first line names the columns.",
            ),
            lambda text: changed(header=text == "yes"),
            "yes",
        ),
        _Setting(
            Field(
                ("quote",),
                "quote",
                Entry.PICK,
                _sign(reading.quote, _QUOTES),
                changed=reading.quote != _NO_READING.quote,
                help="What stands around a cell that has a delimiter in it.",
                choices=tuple(map(Choice, _QUOTES)),
            ),
            lambda text: changed(quote=_QUOTES[text]),
            '"',
        ),
        _Setting(
            Field(
                ("encoding",),
                "encoding",
                Entry.TEXT,
                reading.encoding,
                changed=reading.encoding != _NO_READING.encoding,
                allowed="utf-8, latin-1, utf-16, or another by Python's name",
                help="How characters are written as bytes.",
            ),
            lambda text: changed(encoding=text or _NO_READING.encoding),
            _NO_READING.encoding,
        ),
        _Setting(
            Field(
                ("missing",),
                "missing",
                Entry.TEXT,
                marks,
                changed=reading.missing != _NO_READING.missing,
                allowed=f"cells with commas between; {_EMPTY} for one that holds nothing",
                help="Cells that stand for none.",
            ),
            lambda text: changed(missing=_marks(text)),
            ", ".join(mark or _EMPTY for mark in _NO_READING.missing),
        ),
        _Setting(
            Field(
                ("day_first",),
                "day first",
                Entry.TOGGLE,
                "yes" if reading.day_first else "no",
                changed=reading.day_first,
                help="Whether 03/04/2024 is in April.",
            ),
            lambda text: changed(day_first=text == "yes"),
            "no",
        ),
        _Setting(
            Field(
                ("skip",),
                "skip",
                Entry.TEXT,
                str(reading.skip),
                changed=reading.skip > 0,
                allowed="a whole number, 0 to 1 000",
                help="Lines above the header that are none of the table.",
            ),
            lambda text: changed(skip=_whole(text, 0, 1_000)),
            "0",
        ),
    ]


def _words(shown: Shown) -> list[_Setting]:
    draft = shown.draft
    task = draft.task
    kept = draft.file is not None
    return [
        _Setting(
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
        _Setting(
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


def _sign(sign: str, names: Mapping[str, str]) -> str:
    return next((name for name, one in names.items() if one == sign), sign)


def _require(text: str, names: list[str]) -> None:
    if text not in names:
        raise NotAllowed("a column of the table")


def _share(text: str) -> float:
    plain = text.casefold().replace(" ", "").replace(",", ".")
    try:
        share = 0.0 if plain in (NOTHING, "") else float(plain.removesuffix("%"))
    except ValueError:
        raise NotAllowed("a share of the rows: 20 %, 0.2, or none") from None
    share = share / 100 if plain.endswith("%") else share
    if not 0 <= share < 1:
        raise NotAllowed("a share of the rows, less than all of them: 20 %, 0.2, or none")
    return share


def _whole(text: str, least: int, most: int) -> int:
    plain = text.replace(" ", "").replace("_", "")
    if not plain.isdecimal() or not least <= int(plain) <= most:
        raise NotAllowed(f"a whole number, {least} to {most}")
    return int(plain)


def _marks(text: str) -> tuple[str, ...]:
    parts = [part.strip() for part in text.split(",")]
    return tuple(dict.fromkeys("" if part == _EMPTY else part for part in parts if part))
