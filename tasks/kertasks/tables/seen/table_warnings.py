"""Why a table cannot be trained as it stands, and what a person should know of it, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kertasks.tables.seen.column_facts import ColumnFacts, shown
from kertasks.tables.seen.leaks import MOST_ROWS, determining_columns, duplicated_rows
from kertasks.tables.seen.suggestion import MOST_CLASSES
from kertasks.tables.table import LEARNED, Role, Table
from kertasks.tables.table_file import TableFile
from kertasks.tables.table_look import RefusedCell
from kertasks.text.numbers import counted, grouped

_NAMED = 3
"""Columns or classes that a sentence names."""


def problems_of(
    said: Table,
    facts: Sequence[ColumnFacts],
    refused: Sequence[RefusedCell],
    refused_count: int,
    used: int,
) -> tuple[str, ...]:
    """Why it cannot be trained as it stands."""
    problems = []
    goal = next(each for each in facts if each.name == said.target)
    role = said.column(said.target).role
    if facts[0].rows == 0:
        return ("there is no row in it",)
    if goal.cells == 0:
        problems.append(f"the target {said.target} is missing in every row")
    elif role is Role.CATEGORY and not said.classes:
        problems.append(
            f"the target {said.target} has more than {MOST_CLASSES} values; "
            "choose another, or let it be a number"
        )
    elif role is Role.CATEGORY and len(said.classes) < 2:
        problems.append(f"the target {said.target} has one value only: {shown(said.classes[0])}")
    elif goal.distinct == 1:
        problems.append(f"the target {said.target} is the same in every row")
    if not any(each.role in LEARNED for each in said.columns if each.name != said.target):
        problems.append("no column is left to learn from")
    texts = [column.name for column in said.columns if column.role is Role.TEXT]
    if len(texts) > 1:
        problems.append(f"one column of text can be learned from, not {_names(texts)}")
    if refused:
        more = f", and {grouped(refused_count - 1)} more" if refused_count > 1 else ""
        problems.append(
            f"{refused[0].in_words}{more}; "
            "correct the file, count it as missing or change the column's role"
        )
    if used == 0 and goal.cells and not problems:
        problems.append("in every row a cell is missing; fill cells or ignore columns")
    elif used == 1:
        problems.append("only one row is left to learn from")
    return tuple(problems)


def warnings_of(
    table: TableFile, said: Table, facts: Sequence[ColumnFacts], used: int
) -> tuple[str, ...]:
    """What a person should know."""
    rows = facts[0].rows
    if rows == 0:
        return ()
    warnings = [
        f"{how}: a leak, if it is not known before {said.target} is; ignore it then"
        for how in determining_columns(table, said, facts).values()
    ]
    roles = {column.name: column.role for column in said.columns}
    if alike := duplicated_rows(table, said, rows):
        among = f" of the first {grouped(MOST_ROWS)}" if rows > MOST_ROWS else ""
        some = f"{counted(alike, 'row')}{among} {'repeats' if alike == 1 else 'repeat'}"
        warnings.append(f"{some} an earlier one, so held-out rows may be known from training")
    untargeted = next(each.missing.count for each in facts if each.name == said.target)
    if untargeted:
        warnings.append(f"{counted(untargeted, 'row')} left out, without a {said.target}")
    if dropped := rows - untargeted - used:
        warnings.append(f"{counted(dropped, 'row')} left out, because a cell is missing")
    named = [each.name for each in facts if roles[each.name] is Role.IDENTIFIER]
    if named:
        warnings.append(f"{_names(named)}: a name for each row, which tells nothing of others")
    for each in facts:
        if each.is_distinct and roles[each.name] is Role.CATEGORY and each.name != said.target:
            warnings.append(f"{each.name}: a category of which every row has its own")
    constant = [
        each.name
        for each in facts
        if each.distinct == 1 and rows > 1 and each.name != said.target and each.cells == rows
    ]
    if constant:
        warnings.append(f"{_names(constant)}: the same in every row")
    empty = [each.name for each in facts if each.cells == 0 and each.name != said.target]
    if empty:
        warnings.append(f"{_names(empty)}: missing in every row")
    for each in facts:
        if roles[each.name] in LEARNED and 0.5 * rows < each.missing.count < rows:
            warnings.append(
                f"{each.name}: missing in {grouped(each.missing.count)} of {grouped(rows)} rows"
            )
    warnings += _of_classes(said, facts)
    return tuple(warnings)


def _of_classes(said: Table, facts: Sequence[ColumnFacts]) -> list[str]:
    if not said.classes:
        return []
    warnings = []
    goal = next(each for each in facts if each.name == said.target)
    counts = dict(goal.values or ())
    rare = [shown(name) for name in said.classes if counts.get(name, 0) < 2]
    if rare:
        some = "class" if len(rare) == 1 else "classes"
        warnings.append(
            f"{some} {_names(rare)}: fewer than 2 rows, too few to train and to test on"
        )
    folded = Counter(name.casefold() for name in said.classes)
    alike = [shown(name) for name in said.classes if folded[name.casefold()] > 1]
    if alike:
        warnings.append(f"classes {_names(alike)} differ in capital letters only")
    return warnings


def _names(names: Sequence[str]) -> str:
    shown_names = ", ".join(names[:_NAMED])
    more = len(names) - _NAMED
    return f"{shown_names} and {more} more" if more > 0 else shown_names
