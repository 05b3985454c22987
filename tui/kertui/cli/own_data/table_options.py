"""A table of a person's own on the command line: which one, and what they say of it otherwise."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kertasks.errors import UserError

if TYPE_CHECKING:
    from kertasks.tables.table import ReadingWishes, Table
    from kertasks.tables.table_look import TableLook

_Command = TypeVar("_Command", bound=Callable[..., Any])

_ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".parquet", ".pq", ".jsonl", ".ndjson", ".json", ".gz")
"""Of files that are tables as a rule; by any other a file that is there is meant too."""

_MOST_SAID = 3
"""Warnings that are said; ``kertui data look`` says all."""


class NotReady(UserError):
    """A table cannot be trained as it stands; the text says why."""


def table_options(command: _Command) -> _Command:
    """``--target`` and ``--role``, as the arguments ``target`` and ``roles``."""
    target = click.option(
        "--target", metavar="COLUMN", help="Of a table: the column to predict (default: a guess)."
    )
    role = click.option(
        "--role",
        "roles",
        multiple=True,
        metavar="COLUMN=ROLE",
        help="Of a table: what a column is: number, category, text, date, identifier or ignore. "
        "Again for more.",
    )
    return target(role(command))


def table_path(text: str) -> Path | None:
    """The file or folder that a person means where a task could be named too; None for a task's
    name."""
    path = Path(text).expanduser()
    named = os.sep in text or path.suffix.casefold() in _ENDINGS
    try:
        return path if named or path.exists() else None
    except (OSError, ValueError):
        return path


def look_with(
    path: Path,
    table: Table | None,
    target: str | None,
    roles: Sequence[str],
    wishes: ReadingWishes | None = None,
) -> TableLook:
    """Look at a table in a process of its own, and again with what a person says otherwise.

    Args:
        path: of the table.
        table: what is said of it already; None to find that out.
        target: the column to predict; None for the one that is said or found.
        roles: ``COLUMN=ROLE`` each.
        wishes: without a table: how the file is read.

    Raises:
        UserError: it cannot be read, or what was said cannot be so.
    """
    from kertasks.tables.table_changes import with_words
    from kertui.service.table_process import TableProcess

    process = TableProcess()
    try:
        look = process.look(path, table, wishes)
        changed = with_words(look.table, target, roles)
        return look if changed == look.table else process.look(path, changed)
    finally:
        process.close()


def require_ready(look: TableLook) -> None:
    """See that a table can be trained.

    Raises:
        NotReady: with every reason.
    """
    if look.problems:
        name = Path(look.table.path).name
        raise NotReady("\n".join([f"{name} cannot be trained as it stands:", *look.problems]))


def summary_lines(look: TableLook) -> list[str]:
    """What was understood of a table, in two lines."""
    from kertasks.tables.table import Role, SplitWay
    from kertasks.text.numbers import counted, percent
    from kertasks.text.plain_text import visible_name

    table, split = look.table, look.table.split
    facts = [counted(table.rows, "row"), counted(len(table.columns), "column"), look.format]
    unused = (Role.IDENTIFIER, Role.IGNORE)
    used = [one for one in table.columns if one.name != table.target and one.role not in unused]
    what = counted(len(table.classes), "class") if table.classes else "a number"
    by = f" by {split.column}" if split.column else ""
    test = (
        f"held out{by}"
        if split.way is SplitWay.COLUMN
        else (f"{percent(split.test)} held out, {split.way}{by}")
    )
    return [
        f"{visible_name(Path(table.path).name)}: {', '.join([*facts, *look.guesses])}",
        f"predicts {table.target}, {what}, from {counted(len(used), 'column')}; {test}",
    ]


def understood(look: TableLook) -> list[str]:
    """What was understood of a table, in two lines, and what a person must know."""
    lines = summary_lines(look)
    lines += [f"warning: {one}" for one in look.warnings[:_MOST_SAID]]
    if len(look.warnings) > _MOST_SAID:
        lines.append(f"{len(look.warnings) - _MOST_SAID} more: kertui data look {look.table.path}")
    return lines
