"""A table of a person's own on the command line: which one, and what was understood of it."""

from __future__ import annotations

import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kertasks.tables.table import Table
    from kertasks.tables.table_look import TableLook
    from kertui.cli.own_data.said_of_table import SaidOfTable

_ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".parquet", ".pq", ".jsonl", ".ndjson", ".json", ".gz")
"""Of files that are tables as a rule; by any other a file that is there is meant too."""

_MOST_TEXTS = 8
"""Of refused cells that are counted as missing by a command; more are a wrong role or sign."""

_MOST_SAID = 3
"""Warnings that are said; ``kertui data look`` says all."""


def table_path(text: str) -> Path | None:
    """The file or folder that a person means where a task could be named too; None for a task's
    name."""
    path = Path(text).expanduser()
    named = os.sep in text or path.suffix.casefold() in _ENDINGS
    try:
        return path if named or path.exists() else None
    except (OSError, ValueError):
        return path


def look_with(path: Path, table: Table | None, said: SaidOfTable) -> TableLook:
    """Look at a table in a process of its own, and again with what a person says otherwise.

    Args:
        path: of the table.
        table: what is said of it already; None to find that out.
        said: otherwise; how the file is read counts without a table.

    Raises:
        UserError: it cannot be read, or what was said cannot be so.
    """
    from kertasks.tables.table_changes import with_words
    from kertui.service.table_process import TableProcess

    process = TableProcess()
    try:
        look = process.look(path, table, said.wishes if table is None else None)
        changed = with_words(look.table, said.target, said.roles)
        return look if changed == look.table else process.look(path, changed)
    finally:
        process.close()


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


def train_command(look: TableLook, file: str, said: SaidOfTable) -> str:
    """What trains a table as it was looked at.

    Args:
        look: what was understood.
        file: the table, as it was typed.
        said: what was said of it.
    """
    from kertasks.text.plain_text import visible_name

    options = replace(said, target=look.table.target).options
    return " ".join(["kertui train", shlex.quote(visible_name(file)), *options])


def missing_instead(look: TableLook, file: str, said: SaidOfTable) -> str:
    """A line on how the refused cells of a table are counted as missing; empty where there are
    none, more than are known, or blanks.

    Args:
        look: what was understood.
        file: the table, as it was typed.
        said: what was said of it.
    """
    texts = tuple(dict.fromkeys(cell.found.strip() for cell in look.refused))
    some_unknown = look.refused_count > len(look.refused) or "" in texts
    if not texts or some_unknown or len(texts) > _MOST_TEXTS:
        return ""
    asked = replace(said, missing=(*said.missing, *texts))
    return f"to count them as missing: {train_command(look, file, asked)}"
