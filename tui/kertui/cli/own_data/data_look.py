"""``kertui data look FILE``: what was understood of a table, before anything is learned of it."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kertasks.text.plain_text import visible
from kertui.cli.options import home_option, writes_utf8
from kertui.cli.own_data.said_of_table import SaidOfTable, table_options
from kertui.cli.own_data.table_lines import (
    look_with,
    missing_instead,
    summary_lines,
    train_command,
)
from kertui.cli.own_data.understood_data import is_no_table, understand

if TYPE_CHECKING:
    from kertasks.arrays.arrays_look import ArraysLook
    from kertasks.folders.folder_look import FolderLook
    from kertasks.tables.table_look import ColumnLook, TableLook

_WIDE = 200
"""Cells of a line in a pipe."""

_MOST_NAMED = 20
"""Classes, sizes and files left out that are named in a line."""

_NOT_READY = 1
"""The exit status where the table cannot be trained as it stands."""


@click.command("look", short_help="Say what was understood of a table of yours.")
@home_option
@click.argument("file")
@table_options
@click.option("--json", "as_json", is_flag=True, help="All that was seen, as JSON.")
@click.pass_context
def data_look(ctx: click.Context, file: str, said: SaidOfTable, as_json: bool) -> None:
    """Read every cell of FILE (CSV, TSV, Parquet or JSON lines) and say what each column is, what
    is missing, what would be predicted, and what is wrong with that. FILE may also be a folder of
    pictures or texts by class, or an .npz or .npy file of arrays.

    Nothing is trained or kept. The exit status is 0 when it can be trained as it stands, 1 when
    it cannot be read or trained, 2 when the command was wrong.
    """
    if is_no_table(Path(file)):
        said.require_nothing(f"{file} is no table")
        ctx.exit(_say_what_it_is(file, as_json=as_json))
    look = look_with(Path(file), None, said)
    if as_json:
        _print_json(look)
    else:
        for line in _lines(look):
            click.echo(line)
        if instead := missing_instead(look, file, said):
            click.echo(visible(instead))
        if not look.problems:
            click.echo(f"next: {train_command(look, file, said)}")
    ctx.exit(_NOT_READY if look.problems else 0)


def _say_what_it_is(file: str, *, as_json: bool) -> int:
    """Say what a folder, or a file of arrays, was understood to be; returns the exit status."""
    found = understand(Path(file), None, _MOST_NAMED)
    if as_json:
        _print_json(found.look)
    else:
        for line in found.lines:
            click.echo(visible(line))
        if not found.look.problems:
            click.echo(f"next: kertui train {shlex.quote(file)}")
    return _NOT_READY if found.look.problems else 0


def _print_json(look: TableLook | FolderLook | ArraysLook) -> None:
    import json

    import msgspec

    click.echo(json.dumps(msgspec.to_builtins(look), indent=2, ensure_ascii=not writes_utf8()))


def _lines(look: TableLook) -> Iterator[str]:
    """The look, the columns as a table, then what is wrong."""
    yield from summary_lines(look)
    yield ""
    yield from _column_lines(look)
    yield ""
    for column in look.columns:
        if column.missing.count:
            yield _missing_words(column)
    for problem in look.problems:
        yield f"problem: {problem}"
    for cell in look.refused[1:]:
        yield f"  {cell.in_words}"
    if look.refused_count > len(look.refused):
        yield f"  and {look.refused_count - len(look.refused)} more cells"
    for warning in look.warnings:
        yield f"warning: {warning}"


def _missing_words(column: ColumnLook) -> str:
    """Where cells of a column are missing, and what stands there."""
    from kertasks.text.numbers import counted, grouped

    rows = ", ".join(grouped(row) for row in column.missing.first_rows)
    more = ", ..." if column.missing.count > len(column.missing.first_rows) else ""
    written = " ".join(repr(text) for text in column.missing.written)
    count = counted(column.missing.count, "cell")
    return f"missing: {count} of {column.name}, row {rows}{more}, written {written}"


def _column_lines(look: TableLook) -> Iterator[str]:
    """A row a column, in cells that stand below one another."""
    from kertui.data_screen.seen.column_cells import GAP, cell_columns, cell_text
    from kertui.terminal.capabilities import detect
    from kertui.terminal.cells import cut, padded
    from kertui.terminal.glyphs import glyphs

    signs = glyphs(detect().marker)
    is_terminal = sys.stdout.isatty()
    wide = shutil.get_terminal_size().columns if is_terminal else _WIDE
    mark = f" {signs.best}"
    columns = cell_columns(wide - len(mark))
    head = [padded(cut(one.cell, width), width, right=one.right) for one, width in columns]
    yield (" " * len(mark) + (" " * GAP).join(head)).rstrip()
    seen = {each.name: each for each in look.columns}
    for column in look.table.columns:
        row = []
        for one, width in columns:
            text = cell_text(one.cell, column, seen[column.name], look.table, signs, width)
            row.append(padded(cut(text, width), width, right=one.right))
        is_target = column.name == look.table.target
        start = mark if is_target else " " * len(mark)
        yield (start + (" " * GAP).join(row)).rstrip()
