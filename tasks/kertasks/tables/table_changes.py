"""What a person says otherwise of a table: another target, other roles. Pure, without NumPy.

Whoever changes a table looks at the file anew with what came of it: the classes of another target
are only known then.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from kertasks.errors import UserError, describe_unknown
from kertasks.tables.table import Column, Missing, Role, Scaling, Table

TARGET_ROLES = (Role.NUMBER, Role.CATEGORY)
"""What a target can be."""


class CannotChange(UserError):
    """What was said of a table cannot be so; the text says what is allowed."""


def missing_choices(role: Role) -> tuple[Missing, ...]:
    """What can become of a row whose cell in such a column is missing."""
    match role:
        case Role.NUMBER:
            return Missing.DROP, Missing.MEDIAN, Missing.MOST_FREQUENT
        case Role.DATE:
            return Missing.DROP, Missing.MEDIAN
        case Role.CATEGORY:
            return Missing.DROP, Missing.MOST_FREQUENT
        case _:
            return ()


def scaling_choices(role: Role) -> tuple[Scaling, ...]:
    """What can be done to the numbers of such a column."""
    return tuple(Scaling) if role in (Role.NUMBER, Role.DATE) else ()


def with_column(table: Table, column: Column) -> Table:
    """The table with a column in the place of the one of its name."""
    columns = tuple(column if one.name == column.name else one for one in table.columns)
    return replace(table, columns=columns)


def with_role(table: Table, name: str, role: Role) -> Table:
    """The table with another role of a column; what became of its missing cells stays if it can.

    Raises:
        CannotChange: there is no such column, or it is the target and the role is none of one.
    """
    column = _column(table, name)
    if name == table.target and role not in TARGET_ROLES:
        raise CannotChange(
            f"{name} is the target: its role can be {' or '.join(TARGET_ROLES)}; "
            "for another one, make another column the target first"
        )
    allowed = missing_choices(role)
    missing = column.missing
    if allowed and missing not in allowed:
        missing = allowed[-1]  # filled before, filled again
    if name == table.target and role is not column.role:
        table = replace(table, classes=(), scale_target=table.scale_target and _is_number(role))
    return with_column(table, replace(column, role=role, missing=missing))


def with_target(table: Table, name: str) -> Table:
    """The table with another column to predict, whose role is that of none until the file was
    looked at: whether it is a number or a class is seen there. The one before keeps its role.

    Raises:
        CannotChange: there is no such column.
    """
    column = _column(table, name)
    if name == table.target:
        return table
    changed = replace(table, target=name, classes=(), scale_target=False)
    return with_column(changed, replace(column, role=Role.IGNORE, missing=Missing.DROP))


def with_words(table: Table, target: str | None, roles: Sequence[str]) -> Table:
    """The table as a command line says otherwise.

    Args:
        table: as it was found.
        target: the name of the column to predict; None for the one that was found.
        roles: ``COLUMN=ROLE`` each; what comes later counts.

    Raises:
        CannotChange: naming the nearest spelling and what is allowed.
    """
    if target is not None:
        table = with_target(table, target)
    for words in roles:
        name, equals, role = words.rpartition("=")
        if not equals:
            raise CannotChange(f"{words!r} says no role: COLUMN=ROLE, for example {words}=category")
        if role not in list(Role):
            raise CannotChange(describe_unknown("role", role, [each.value for each in Role]))
        table = with_role(table, name, Role(role))
    return table


def _is_number(role: Role) -> bool:
    return role is Role.NUMBER


def _column(table: Table, name: str) -> Column:
    try:
        return table.column(name)
    except KeyError:
        names = [column.name for column in table.columns]
        raise CannotChange(describe_unknown("column", name, names)) from None
