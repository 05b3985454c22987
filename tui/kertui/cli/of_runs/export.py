"""``kertui export RUN``: what a run leaves to others, without kertui."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kertasks.errors import UserError
from kertasks.export.formats import (
    FORMATS,
    AlreadyThere,
    Export,
    Format,
    format_for_suffix,
    format_named,
)
from kertasks.text.numbers import short_path
from kertui.cli.options import find_run, home_of, home_option, read_catalog, tasks_option

if TYPE_CHECKING:
    from kertasks.keras_catalog.catalog import Catalog

STDOUT = "-"


def _help_line(known: Format) -> str:
    is_usual = format_for_suffix(known.suffix) is known
    how = "" if is_usual else f" (--format {known.name})"
    return f"-o NAME{known.suffix or '/':7} {known.help}{how}"


_HELP = "\n".join(
    ["Export RUN: an id, or a part of it that only one run has.\n\n\b", *map(_help_line, FORMATS)]
)


@click.command(help=_HELP, short_help="Write a run as a Keras script, a model, a CSV, …")
@click.argument("run")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE|FOLDER|-",
    help="Where to; its ending says what. - prints a script or a history.",
)
@click.option(
    "--format",
    "wanted",
    type=click.Choice([known.name for known in FORMATS]),
    help="What to export, whatever the name's ending.",
)
@click.option("--best", is_flag=True, help="The model of the best epoch, not of the last.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@tasks_option
@home_option
@click.pass_context
def export(
    ctx: click.Context, run: str, output: str, wanted: str | None, best: bool, force: bool
) -> None:
    """Export a run; the help is made of the table of formats."""
    what = format_named(wanted) if wanted else format_of(output)
    if best:
        if what.name not in ("model", "best-model"):
            raise click.UsageError("--best chooses between models; it needs -o NAME.keras")
        what = format_named("best-model")
    if output == STDOUT and not what.is_text:
        raise click.UsageError(f"a {what.name} cannot be printed; -o takes a name for it")
    found = find_run(ctx, run)
    printed = BytesIO()
    to = printed if output == STDOUT else Path(output)
    try:
        said = what.write(Export(found, to, force, lambda: catalog_of(ctx)))
    except AlreadyThere as error:
        raise UserError(f"{error}; --force replaces it") from error
    if output == STDOUT:
        click.echo(printed.getvalue().decode(), nl=False)
    else:
        more = f": {said}" if said else ""
        click.echo(f"{what.name} of {found.id} is now in {short_path(Path(output))}{more}")


def format_of(output: str) -> Format:
    """The format that a name stands for.

    Raises:
        click.UsageError: it stands for none; naming the endings there are.
    """
    path = Path(output)
    if output == STDOUT:
        return format_named("script")
    is_folder = output.endswith(os.sep) or path.is_dir()
    found = format_for_suffix("" if is_folder else path.suffix.lower())
    if found is None:
        usual = {known.suffix: known for known in reversed(FORMATS)}
        endings = [f"{suffix or 'a folder'} ({usual[suffix].name})" for suffix in usual]
        raise click.UsageError(
            f"{output}: cannot export a {path.suffix}; allowed: {', '.join(reversed(endings))}. "
            "--format takes any name."
        )
    return found


def catalog_of(ctx: click.Context) -> Catalog:
    """Keras's classes, for a command that has no trainer process."""
    from kertasks.runs.home.store import RunStore
    from kertasks.user_folders import cache_dir
    from kertui.service.training_service import TrainingService

    service = TrainingService(RunStore(home_of(ctx)), cache_dir(), spare=False)
    try:
        return read_catalog(service)
    finally:
        service.close()
