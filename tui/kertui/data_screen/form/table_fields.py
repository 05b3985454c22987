"""What is said of a table as a whole, as fields, and what is typed into them as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from msgspec.structs import replace as with_values

from kertasks.own_tasks.data_task import DataTask
from kertasks.tables.table import Reading, Role, SplitChoice, SplitWay, Table
from kertasks.tables.table_changes import TARGET_ROLES, with_column, with_role, with_target
from kertasks.tables.table_look import ColumnLook
from kertui.data_screen.data_draft import DataDraft
from kertui.data_screen.form.data_settings import (
    Setting,
    name_settings,
    share_setting,
    text_settings,
    whole,
)
from kertui.data_screen.seen.column_cells import ROLE_WORDS
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
_NO_READING, _NO_SPLIT = Reading(), SplitChoice()


@dataclass(frozen=True, slots=True)
class _Shown:
    """What fields are made of."""

    draft: DataDraft
    looks: Mapping[str, ColumnLook]

    @property
    def table(self) -> Table:
        """As it is now."""
        return self.draft.table


def table_settings(draft: DataDraft, format: str, looks: Mapping[str, ColumnLook]) -> list[Setting]:
    """Every field that a table has, from the top: those that say something of it.

    Args:
        draft: of a table.
        format: of the file, as its look says; empty while there is none.
        looks: what was seen in its columns, by name.
    """
    shown = _Shown(draft, looks)
    table = shown.table
    settings = [*_target(shown), *_split(shown)]
    others = [column for column in table.columns if column.name != table.target]
    if any(column.role is Role.TEXT for column in others):
        settings += text_settings(table, (2, 100_000), partial(_changed, draft.task, table))
    if format in _TEXT_FORMATS or not format:
        settings += _reading(shown)
    return [*settings, *name_settings(draft)]


def _of(task: DataTask, table: Table) -> DataTask:
    return with_values(task, data=table)


def _changed(task: DataTask, table: Table, **values: Any) -> DataTask:
    return _of(task, with_values(table, **values))


def _target(shown: _Shown) -> list[Setting]:
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

    settings = [Setting(targets, take)]
    if column is None:
        return settings
    kind = Field(
        ("role",), "as", Entry.PICK, column.role.value, changed=True,
        help="A number is predicted in its own unit, a category as one of its values.",
        choices=tuple(Choice(role, ROLE_WORDS[role]) for role in TARGET_ROLES),
        note=f"{classes} classes" if classes else "",
    )  # fmt: skip
    settings.append(
        Setting(kind, lambda text: _of(task, with_role(table, table.target, Role(text))))
    )
    if column.role is Role.NUMBER:

        def with_unit(text: str) -> DataTask:
            unit = None if text in ("", NOTHING) else text
            return _of(task, with_column(table, with_values(column, unit=unit)))

        unit = Field(
            ("unit",), "unit", Entry.TEXT, column.unit or NOTHING, changed=column.unit is not None,
            allowed="a word or a sign: $, km, or none", help="What errors are told in.",
        )  # fmt: skip
        settings.append(Setting(unit, with_unit, NOTHING))
    return settings


def _seen(shown: _Shown, name: str) -> str:
    look = shown.looks.get(name)
    return look.type if look is not None else ""


def _split(shown: _Shown) -> list[Setting]:
    table, task, split = shown.table, shown.draft.task, shown.table.split

    def changed(**values: Any) -> DataTask:
        return _of(task, with_values(table, split=with_values(split, **values)))

    def way(text: str) -> DataTask:
        wanted = SplitWay(text)
        needs = wanted in (SplitWay.TIME, SplitWay.GROUP, SplitWay.COLUMN)
        column = (split.column or _fitting_column(shown, wanted)) if needs else None
        return changed(way=wanted, column=column)

    settings = [
        Setting(
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
        settings.append(share_setting("share", "rows", split.test, lambda test: changed(test=test)))
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
        settings.append(Setting(field, by))
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
            settings.append(Setting(field, partial(_with_values, changed, key)))
    return settings


def _with_values(changed: Callable[..., DataTask], key: str, text: str) -> DataTask:
    return changed(**{key: tuple(part.strip() for part in text.split(",") if part.strip())})


def _fitting_column(shown: _Shown, way: SplitWay) -> str | None:
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


def _reading(shown: _Shown) -> list[Setting]:
    table, task, reading = shown.table, shown.draft.task, shown.table.reading

    def changed(**values: Any) -> DataTask:
        return _of(task, with_values(table, reading=with_values(reading, **values)))

    def named(text: str, names: Mapping[str, str]) -> str:
        return names.get(text.casefold(), text)

    delimiter, decimal = _sign(reading.delimiter, _SIGNS), _sign(reading.decimal, _DECIMALS)
    marks = ", ".join(mark or _EMPTY for mark in reading.missing)
    return [
        Setting(
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
        Setting(
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
        Setting(
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
        Setting(
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
        Setting(
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
        Setting(
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
        Setting(
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
        Setting(
            Field(
                ("skip",),
                "skip",
                Entry.TEXT,
                str(reading.skip),
                changed=reading.skip > 0,
                allowed="a whole number, 0 to 1 000",
                help="Lines above the header that are none of the table.",
            ),
            lambda text: changed(skip=whole(text, 0, 1_000)),
            "0",
        ),
    ]


def _sign(sign: str, names: Mapping[str, str]) -> str:
    return next((name for name, one in names.items() if one == sign), sign)


def _require(text: str, names: list[str]) -> None:
    if text not in names:
        raise NotAllowed("a column of the table")


def _marks(text: str) -> tuple[str, ...]:
    parts = [part.strip() for part in text.split(",")]
    return tuple(dict.fromkeys("" if part == _EMPTY else part for part in parts if part))
