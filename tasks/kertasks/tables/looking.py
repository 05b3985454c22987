"""Looks at a table: what it is, what it can be made, and what is wrong with that."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from kertasks.tables.file_digest import file_digest, has_long_line
from kertasks.tables.seen.column_facts import ColumnFacts, count_columns, shown
from kertasks.tables.seen.refused_cells import refused_cells, used_rows
from kertasks.tables.seen.suggestion import (
    MOST_CLASSES,
    classes_in_order,
    one_text,
    suggest_column,
    suggest_role,
    suggest_split,
    suggest_target,
    target_role,
)
from kertasks.tables.seen.table_warnings import problems_of, warnings_of
from kertasks.tables.table import Column, Reading, ReadingWishes, Role, SplitWay, Table
from kertasks.tables.table_changes import TARGET_ROLES
from kertasks.tables.table_errors import LONG_LINE, CannotReadTable, told
from kertasks.tables.table_facts import facts as table_facts
from kertasks.tables.table_file import TableFile, open_table
from kertasks.tables.table_look import ColumnLook, TableLook, ValueCount
from kertasks.templates.fitted_recipes import recipes_for
from kertasks.text.numbers import counted, grouped

_MOST_VALUES = 12
"""Values of a column that are shown."""

_SMALL = 3.0
"""What a network's outputs reach soon; a larger target is learned in standard deviations."""


def look(
    path: str | Path, table: Table | None = None, wishes: ReadingWishes | None = None
) -> TableLook:
    """Look at every cell of a table.

    Args:
        path: of the file.
        table: what a person made of it. Columns and a target that the file, as it is read now,
            does not have are left out, and what it has besides is suggested anew.
        wishes: without a table: how a person says that the file is read.

    Raises:
        CannotReadTable: there is no such file, or it is no table.
    """
    reading: Reading | ReadingWishes | None = table.reading if table else wishes
    with open_table(path, reading) as file, told(path):
        facts = count_columns(file)
        digest, size = _read_whole(file, path)
        said = _suggested(file, facts, table)
        said = msgspec.structs.replace(
            said,
            path=table.path if table else str(path),
            bytes=size,
            digest=digest,
            rows=facts[0].rows,
        )
        refused, count = refused_cells(file, said, facts)
        used = used_rows(file, said, facts)
        problems = problems_of(said, facts, refused, count, used)
        return TableLook(
            table=said,
            format=file.format,
            columns=tuple(_column_look(each, said) for each in facts),
            guesses=_guesses(file, facts, said, table),
            refused=refused,
            refused_count=count,
            problems=problems,
            warnings=warnings_of(file, said, facts, used),
            used_rows=used,
            recipe="" if problems else recipes_for("", table_facts(said))[0].name,
        )


def _read_whole(file: TableFile, path: str | Path) -> tuple[str, int]:
    try:
        if file.format in ("CSV", "TSV") and has_long_line(file.path):
            raise CannotReadTable(path, LONG_LINE)
        return file_digest(file.path)
    except (OSError, EOFError) as error:
        raise CannotReadTable(path, getattr(error, "strerror", None) or str(error)) from error


def _suggested(file: TableFile, facts: Sequence[ColumnFacts], table: Table | None) -> Table:
    """The table as a person said it, with what they did not say suggested."""
    names = [each.name for each in facts]
    known = {column.name: column for column in table.columns} if table else {}
    has_target = table is not None and table.target in names
    target = table.target if table is not None and has_target else suggest_target(facts)
    columns = []
    for each in facts:
        role = target_role(each) if each.name == target else suggest_role(each)
        suggested = suggest_column(each, role)
        if each.name == target:
            suggested = Column(each.name, role)
        columns.append(known.get(each.name, suggested))
    if not known:
        columns = list(one_text(columns, facts))
    goal = facts[names.index(target)]
    role = next(column.role for column in columns if column.name == target)
    is_seen = role in TARGET_ROLES
    if not is_seen:
        # A target that was none before: whether it is a number or a class is seen now.
        role = target_role(goal)
        columns[names.index(target)] = Column(target, role)
    classes = _classes(goal, role)
    if table is not None and has_target and table.classes and role is Role.CATEGORY:
        classes = table.classes
    made = Table(
        path="",
        target=target,
        columns=tuple(columns),
        reading=file.reading,
        classes=classes,
        scale_target=role is Role.NUMBER and _is_large(goal),
        split=suggest_split(facts, target, classes),
    )
    if table is None:
        return made
    split = table.split
    if split.column is not None and split.column not in names:
        split = made.split
    kept = has_target and is_seen
    if not kept and split.column is None:
        split = msgspec.structs.replace(made.split, test=split.test)
    return msgspec.structs.replace(
        table,
        target=target,
        columns=made.columns,
        classes=classes,
        reading=file.reading,
        scale_target=table.scale_target if kept else made.scale_target,
        split=split,
    )


def _classes(goal: ColumnFacts, role: Role) -> tuple[str, ...]:
    if role is not Role.CATEGORY or goal.values is None or len(goal.values) > MOST_CLASSES:
        return ()
    return classes_in_order([value for value, _ in goal.values])


def _is_large(goal: ColumnFacts) -> bool:
    edges = (goal.least, goal.most)
    return any(isinstance(edge, float) and abs(edge) > _SMALL for edge in edges)


def _column_look(facts: ColumnFacts, said: Table) -> ColumnLook:
    role = target_role(facts) if facts.name == said.target else suggest_role(facts)
    values: tuple[ValueCount, ...] = ()
    is_number = facts.numbers > 0 and facts.numbers >= 0.9 * facts.cells
    if facts.values is not None and (not is_number or facts.distinct <= _MOST_VALUES):
        values = tuple(
            ValueCount(shown(value), rows) for value, rows in facts.values[:_MOST_VALUES]
        )
    return ColumnLook(
        name=facts.name,
        suggested=role,
        type=_type(facts, role),
        missing=facts.missing,
        distinct=facts.distinct,
        examples=facts.examples,
        least=_edge(facts.least, facts),
        most=_edge(facts.most, facts),
        values=values,
        histogram=facts.histogram,
    )


def _type(facts: ColumnFacts, role: Role) -> str:
    if facts.cells == 0:
        return "empty"
    if facts.distinct == 1 and facts.rows > 1:
        return "constant"
    if role is Role.IDENTIFIER:
        return "all distinct" if facts.is_distinct else "identifier"
    if role is Role.DATE:
        return "date"
    if role is Role.NUMBER:
        return "whole number" if facts.whole else "number"
    if role is Role.TEXT:
        return "text"
    return "1 value" if facts.distinct == 1 else f"{grouped(facts.distinct)} values"


def _edge(edge: float | datetime | None, facts: ColumnFacts) -> str:
    if edge is None or (not facts.dates and facts.numbers < 0.9 * facts.cells):
        return ""
    if isinstance(edge, datetime):
        is_day = (edge.hour, edge.minute, edge.second) == (0, 0, 0)
        return edge.strftime("%Y-%m-%d" if is_day else "%Y-%m-%d %H:%M")
    if facts.whole and math.isfinite(edge) and abs(edge) < 1e15:
        return str(int(edge))
    return f"{edge:.6g}"


_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}


def _guesses(
    file: TableFile, facts: Sequence[ColumnFacts], said: Table, table: Table | None
) -> tuple[str, ...]:
    """What was decided and could be otherwise."""
    guesses = []
    reading = file.reading
    if file.format in ("CSV", "TSV"):
        guesses.append("header found" if reading.header else "no header found")
        guesses.append(f"{_DELIMITERS.get(reading.delimiter, reading.delimiter)} separated")
        if reading.decimal == ",":
            guesses.append("decimal comma")
        if reading.encoding != "utf-8":
            guesses.append(f"encoding {reading.encoding}")
        if not reading.quote:
            guesses.append("nothing is quoted")
        if reading.skip:
            guesses.append(f"{counted(reading.skip, 'line')} above left out")
    if any(each.dates for each in facts) and reading.day_first:
        guesses.append("in dates the day stands before the month")
    if table is None or table.target != said.target:
        role = said.column(said.target).role
        what = "a number" if role is Role.NUMBER else counted(len(said.classes), "class")
        guesses.append(f"target {said.target}: {what}")
    dates = [each.name for each in facts if each.dates and each.name != said.target]
    if dates and said.split.way in (SplitWay.RANDOM, SplitWay.STRATIFIED):
        guesses.append(f"held out at random; by time of {dates[0]} can be chosen")
    if said.split.way is SplitWay.COLUMN and table is None:
        guesses.append(f"held out as {said.split.column} says")
    return tuple(guesses)
