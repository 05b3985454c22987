"""``kertui export RUN``: what a run leaves to others, without kertui."""

from __future__ import annotations

import os
import shutil
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from kertasks.errors import UserError
from kertasks.text.numbers import short_path
from kertui.cli.options import home_of, home_option
from kertui.cli.steer import find_run

if TYPE_CHECKING:
    from kertasks.keras_catalog.catalog import Catalog
    from kertasks.runs.folder import RunFolder

STDOUT = "-"


class Format(StrEnum):
    """What can be exported."""

    SCRIPT = "script"
    MODEL = "model"
    HISTORY = "history"
    TENSORBOARD = "tensorboard"


SUFFIXES = {
    ".py": Format.SCRIPT,
    ".keras": Format.MODEL,
    ".csv": Format.HISTORY,
    "": Format.TENSORBOARD,
}


@click.command(short_help="Write a run as a Keras script, a model, a CSV, …")
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
    type=click.Choice([str(known) for known in Format]),
    help="What to export, whatever the name's ending.",
)
@click.option("--best", is_flag=True, help="The model of the best epoch, not of the last.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@home_option
@click.pass_context
def export(
    ctx: click.Context, run: str, output: str, wanted: str | None, best: bool, force: bool
) -> None:
    """Export RUN: an id, or a part of it that only one run has.

    \b
    -o train.py     a short Keras script that trains the same; kertui is not in it
    -o net.keras    the model with its weights
    -o run.csv      a row an epoch
    -o logs/        TensorBoard's event files (needs the package tensorboard)
    """
    what = Format(wanted) if wanted else format_of(output)
    if best and what is not Format.MODEL:
        raise click.UsageError("--best chooses between models; it needs -o NAME.keras")
    if output == STDOUT and what in (Format.MODEL, Format.TENSORBOARD):
        raise click.UsageError(f"a {what} cannot be printed; -o takes a name for it")
    found = find_run(ctx, run)
    if what is Format.TENSORBOARD:
        export_event_files(found, Path(output), force=force)
    elif what is Format.MODEL:
        copy_model(found, Path(output), best=best, force=force)
    else:
        text = script_text(ctx, found) if what is Format.SCRIPT else history_text(found)
        if output == STDOUT:
            click.echo(text, nl=False)
            return
        write(BytesIO(text.encode()), Path(output), force=force)
    click.echo(f"{what} of {found.id} is now in {short_path(Path(output))}")


def format_of(output: str) -> Format:
    """What a name stands for.

    Raises:
        click.UsageError: naming the endings there are.
    """
    if output == STDOUT:
        return Format.SCRIPT
    path = Path(output)
    if output.endswith(os.sep) or path.is_dir():
        return Format.TENSORBOARD
    found = SUFFIXES.get(path.suffix.lower())
    if found is None:
        raise click.UsageError(
            f"{output}: cannot export a {path.suffix}; allowed: .py (script), .keras (model), "
            ".csv (history), or a folder (TensorBoard). --format takes any name."
        )
    return found


def script_text(ctx: click.Context, run: RunFolder) -> str:
    """The run as a script.

    Raises:
        UserError: there is none for its task; saying what else can be exported.
    """
    from kertasks.export.run_script import script_of
    from kertasks.export.script.writing import NoScript

    try:
        return script_of(run, catalog_of(ctx))
    except NoScript as error:
        raise UserError(f"{error}; .keras, .csv and a folder can be exported") from error


def catalog_of(ctx: click.Context) -> Catalog:
    """Keras's classes, from the cache; read from Keras in a process of its own otherwise."""
    from kertasks.runs.store import RunStore, cache_dir
    from kertui.service.training_service import TrainingService

    service = TrainingService(RunStore(home_of(ctx)), cache_dir(), spare=False)
    try:
        if not service.knows_catalog:
            click.echo("reading Keras's layers, once for this version of Keras …", err=True)
        return service.catalog()
    finally:
        service.close()


def history_text(run: RunFolder) -> str:
    """The run's epochs as CSV.

    Raises:
        UserError: there is none.
    """
    from kertasks.export.history_csv import csv_of
    from kertasks.runs.history import RunHistory

    history = RunHistory.read(run.events_path)
    if not history.epochs:
        raise no_epochs(run)
    return csv_of(history)


def export_event_files(run: RunFolder, folder: Path, *, force: bool) -> None:
    """Write the run's epochs for TensorBoard.

    Raises:
        UserError: there are none, there are event files already, or tensorboard is missing.
    """
    from kertasks.export.tensorboard_files import event_files, write_event_files
    from kertasks.runs.event_reader import EventReader
    from kertasks.runs.events import Epoch

    events = EventReader(run.events_path).read_all()
    epochs = [event for event in events if isinstance(event, Epoch)]
    if not epochs:
        raise no_epochs(run)
    before = event_files(folder)
    if before and not force:
        raise exists(before[0].parent)
    try:
        write_event_files(epochs, folder)
    except OSError as error:
        raise cannot_write(folder, error) from error


def copy_model(run: RunFolder, path: Path, *, best: bool, force: bool) -> None:
    """Copy ``model.keras`` or ``best.keras``.

    Raises:
        UserError: the run has none (yet), or the copy cannot be written.
    """
    from kertasks.files import open_regular

    source = run.best_path if best else run.model_path
    try:
        model = os.fdopen(open_regular(source), "rb")
    except OSError as error:
        raise UserError(f"{run.id} has no {source.name}: it is {run.state()}") from error
    with model:
        if path.exists() and path.samefile(source):
            raise UserError(f"{path} is the run's own file")
        write(model, path, force=force)


def write(content: IO[bytes], path: Path, *, force: bool) -> None:
    """Write a file of the person's, whole: one that is replaced is lost only when it is.

    Raises:
        UserError: it is there already and ``force`` is not given, or it cannot be written.
    """
    if path.exists() and not force:
        raise exists(path)
    from kertasks.files import replacing

    try:
        with replacing(path, mode=None) as file:
            shutil.copyfileobj(content, file)
    except OSError as error:
        raise cannot_write(path, error) from error


def exists(path: Path) -> UserError:
    """What is said of a file that would be lost."""
    return UserError(f"{path} is there already; --force replaces it")


def cannot_write(path: Path, error: OSError) -> UserError:
    """What is said of a place that cannot be written."""
    return UserError(f"cannot write {path}: {error.strerror}")


def no_epochs(run: RunFolder) -> UserError:
    """What is said of a run that has nothing to tell yet, or never will."""
    return UserError(f"{run.id} has not trained a whole epoch: it is {run.state()}")
