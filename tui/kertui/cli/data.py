"""``kertui data``: the files Keras's data sets come from, and tables of a person's own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kertasks.text.numbers import short_path, size
from kertui.cli.options import home_option, tasks_option
from kertui.cli.own_data.data_look import data_look
from kertui.cli.progress.status_line import StatusLine, bar
from kertui.cli.spelling import SpellingGroup

if TYPE_CHECKING:
    from kertasks.data.sources.download import DownloadProgress


@click.group(
    cls=SpellingGroup,
    invoke_without_command=True,
    short_help="List or download data files, or look at a table of yours.",
)
@tasks_option
@home_option
@click.pass_context
def data(ctx: click.Context) -> None:
    """List the data files, download them, add one that was fetched by hand, or look at a table of
    your own."""
    if ctx.invoked_subcommand is None:
        list_files()


data.add_command(data_look)


def list_files() -> None:
    """Print each file with its size, its state and who needs it, source by source."""
    from kertasks.data.sources.data_files import (
        SOURCES,
        CannotRead,
        FileState,
        all_files,
        require,
        state,
    )
    from kertasks.registry import all_tasks

    names = max(len(file.name) for file in all_files())
    for source in SOURCES:
        for file in source.files:
            users = ", ".join(task.name for task in all_tasks() if file.name in task.files)
            found = state(file.name)
            shown = f"{file.name:{names}}  {size(file.bytes):>8}  {found!s:11}{users}"
            click.echo(shown.rstrip())
            if found is FileState.UNREADABLE:
                try:
                    require(file.name)
                except CannotRead as error:
                    click.echo(str(error), err=True)
        click.echo(f"in {short_path(source.folder())}")


@data.command()
@tasks_option
@home_option
@click.argument("names", nargs=-1, metavar="[FILE|TASK]...")
def get(names: tuple[str, ...]) -> None:
    """Download files, or those of a task; without a name all that are not here."""
    from kertasks.data.sources.data_files import FileState, all_files, path_of, state

    wanted = [file for name in names for file in _files_of(name)]
    for name in dict.fromkeys(wanted or [file.name for file in all_files()]):
        if state(name) is FileState.HERE:
            click.echo(f"{name} is here: {path_of(name)}")
        else:
            click.echo(f"{name} is now in {_download(name)}")


def _files_of(name: str) -> list[str]:
    from kertasks.data.sources.data_files import all_files
    from kertasks.data.sources.source import UnknownDataFile
    from kertasks.registry import all_tasks

    files = [file.name for file in all_files()]
    if name in files:
        return [name]
    by_task = {task.name: list(task.files) for task in all_tasks()}
    if name not in by_task:
        raise UnknownDataFile(name, [*files, *(task for task, own in by_task.items() if own)])
    if not by_task[name]:
        click.echo(f"{name} needs no file", err=True)
    return by_task[name]


def _download(name: str) -> Path:
    """Download one file with a line that shows how far it is; Ctrl-C leaves nothing half."""
    from kertasks.data.sources.data_files import download
    from kertasks.data.sources.source import DownloadCancelled
    from kertui.cli.progress.following import CtrlC

    line = StatusLine(sys.stderr)

    def show(progress: DownloadProgress) -> None:
        share = progress.received / progress.total if progress.total else 0.0
        line.show(
            f"{name}  {bar(share, 20, line.signs)} {share:4.0%}  "
            f"{size(progress.received)} of {size(progress.total)}  {size(int(progress.rate))}/s"
        )

    pressed = CtrlC()
    with pressed.caught():  # instead of an interruption in the middle of a write
        try:
            return download(name, show, lambda: pressed.count > 0)
        except DownloadCancelled as error:
            line.clear()
            click.echo(str(error), err=True)
            raise click.Abort from error
        finally:
            line.clear()


@data.command()
@tasks_option
@home_option
@click.argument("file", type=click.Path(path_type=Path))
def add(file: Path) -> None:
    """Check a file that was fetched by hand and put it where Keras looks."""
    from kertasks.data.sources.data_files import add as add_file
    from kertasks.data.sources.data_files import path_of

    name = add_file(file)
    click.echo(f"{name} is now in {path_of(name)}")
