"""``kertui predict RUN [VALUES …]``: ask a run's network, one row or a million."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO

import click
import msgspec
from rich.cells import cell_len, set_cell_size

from kertasks.errors import UserError
from kertasks.processes.keras_process import keras_command, keras_environment
from kertasks.runs.looking.asked_rows import AskedRows
from kertasks.text.numbers import in_unit
from kertui.cli.options import find_run, home_option, tasks_option, writes_utf8

STDIN = "-"

_NEGATIVE = re.compile(r"-\.?\d")

_WIDEST_INPUT = 48
"""Cells of a row that are shown beside its answer."""

_AT_ONCE = 1 << 16
"""Bytes of answers that are made lines for people together."""


class PredictCommand(click.Command):
    """A command whose arguments may be negative numbers, which click would take for options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line."""
        end = args.index("--") if "--" in args else len(args)
        # A blank before it keeps a number an argument, and a number.
        numbers = [f" {each}" if _NEGATIVE.match(each) else each for each in args[:end]]
        return super().parse_args(ctx, numbers + args[end:])


@click.command(cls=PredictCommand, short_help="Ask a run's network what it makes of rows.")
@click.argument("run")
@click.argument("values", nargs=-1)
@click.option(
    "--csv",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    metavar="FILE|-",
    help="Rows of a CSV file, or of a pipe: by its header's names, else by position.",
)
@click.option("--best", is_flag=True, help="With the weights of the best epoch, not the last.")
@click.option(
    "--epoch", type=click.IntRange(min=0), metavar="N", help="With the weights kept of that epoch."
)
@click.option("--json", "as_json", is_flag=True, help="Print an object a row, one a line.")
@tasks_option
@home_option
@click.pass_context
def predict(
    ctx: click.Context,
    run: str,
    values: tuple[str, ...],
    csv: str | None,
    best: bool,
    epoch: int | None,
    as_json: bool,
) -> None:
    """Ask the network of RUN what it makes of rows.

    Each of VALUES is a row: numbers with commas between, in the features' own units, a JSON
    array of them, or a text in quotes. A row that cannot be read is named; the others are answered,
    and the status is 1.

    \b
    kertui predict xor-answer 0,0 1,0 0,1 1,1
    kertui predict imdb-book "a moving film, superbly acted"
    kertui predict boston --csv houses.csv --json | jq .value
    """
    if bool(values) == (csv is not None):
        said = "not both" if values else "for example 1,0"
        raise click.UsageError(f"give rows as VALUES, or a file or a pipe by --csv; {said}")
    if best and epoch is not None:
        raise click.UsageError("--best chooses the epoch; leave out --epoch")
    found = find_run(ctx, run)
    asked = AskedRows(epoch, best, csv is not None, plain=not writes_utf8(), says_epoch=not as_json)
    command = keras_command(
        "kertasks.views.answers.predicting",
        str(found.path),
        msgspec.json.encode(asked).decode(),
        *(value.removeprefix(" ") for value in values),
    )
    sys.stdout.flush()
    # It is opened here: what the shell hands over may be open in this process alone.
    with nullcontext() if csv == STDIN else Path(csv or os.devnull).open("rb") as rows:
        process = _start(command, rows, None if as_json else subprocess.PIPE)
    with process:
        try:
            for lines in _for_people(_parts(process.stdout)):
                click.echo(lines, nl=False)
                sys.stdout.flush()
        except BaseException:  # nobody reads on, or a person wants no more
            process.terminate()
            raise
    ctx.exit(process.returncode if process.returncode >= 0 else 1)


def _start(command: list[str], rows: IO[bytes] | None, out: int | None) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=rows,
            stdout=out,
            env=keras_environment(),
        )
    except OSError as error:
        raise UserError(f"no process can be started to ask it: {error.strerror}") from error


def _parts(pipe: IO[bytes] | None) -> Iterator[list[bytes]]:
    """The lines of a pipe, as many at once as are there."""
    begun = b""
    while pipe is not None and (block := os.read(pipe.fileno(), _AT_ONCE)):
        *lines, begun = (begun + block).split(b"\n")
        if lines:
            yield lines


class AnsweredRow(msgspec.Struct, rename={"class_name": "class"}):
    """One answer, as ``--json`` prints it."""

    input: list[float | str | None] | str
    output: list[float | str]
    class_name: str | None = None
    probability: float | str | None = None
    value: float | str | None = None
    unit: str | None = None

    @property
    def answer(self) -> str:
        """What the network says, in words."""
        if self.class_name is not None:
            return self.class_name
        if self.value is None:
            return "  ".join(map(_shown, self.output))
        return self.value if isinstance(self.value, str) else in_unit(self.value, self.unit)


def _for_people(parts: Iterable[list[bytes]]) -> Iterator[str]:
    """Answers as aligned lines: what was asked, what the network says, how sure it is."""
    read = msgspec.json.Decoder(AnsweredRow)
    asked_wide = answer_wide = 0
    for lines in parts:
        rows = [read.decode(line) for line in lines]
        asked = [_asked(row.input) for row in rows]
        # Columns only ever widen, so that they stay straight where all of it fits.
        asked_wide = max(asked_wide, *map(cell_len, asked))
        answer_wide = max(answer_wide, *(cell_len(row.answer) for row in rows))
        yield "".join(
            f"{set_cell_size(text, asked_wide)}  {_in_line(row, answer_wide)}".rstrip() + "\n"
            for text, row in zip(asked, rows, strict=True)
        )


def _in_line(row: AnsweredRow, wide: int) -> str:
    if row.class_name is None:
        return " " * (wide - cell_len(row.answer)) + row.answer
    sure = row.probability
    return f"{set_cell_size(row.answer, wide)}  {sure if isinstance(sure, str) else f'{sure:.3f}'}"


def _asked(given: list[float | str | None] | str) -> str:
    text = given if isinstance(given, str) else ", ".join(map(_cell, given))
    text = " ".join(text.split())
    return text if cell_len(text) <= _WIDEST_INPUT else f"{set_cell_size(text, _WIDEST_INPUT - 1)}…"


def _cell(value: float | str | None) -> str:
    return f"{value:.7g}" if isinstance(value, float | int) else value or ""


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else in_unit(value, None)
