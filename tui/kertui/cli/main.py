"""``kertui``: opens the interface, or runs one command. What goes wrong ends here."""

from __future__ import annotations

import codecs
import contextlib
import os
import sys
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from kertasks.errors import UnknownRecipe, UnknownTask, UnknownVariant, UserError
from kertasks.text.plain_text import visible
from kertui import __version__
from kertui.cli.choosing.new import new
from kertui.cli.choosing.tasks import tasks
from kertui.cli.completing.completion import completion
from kertui.cli.completing.names import complete_names
from kertui.cli.data import data
from kertui.cli.groups.cross_validation.command import cross_validate
from kertui.cli.groups.sweep.command import sweep
from kertui.cli.keys import keys
from kertui.cli.of_runs import steer
from kertui.cli.of_runs.attach import attach
from kertui.cli.of_runs.evaluate import evaluate
from kertui.cli.of_runs.export import export
from kertui.cli.of_runs.logs import logs
from kertui.cli.of_runs.predict import predict
from kertui.cli.of_runs.runs import runs
from kertui.cli.of_runs.show import show
from kertui.cli.options import (
    home_of,
    home_option,
    marker_of,
    marker_option,
    no_advice_option,
    notify_option,
    tasks_option,
)
from kertui.cli.own_data.table_lines import table_path
from kertui.cli.showing.demo import demo
from kertui.cli.showing.serve import serve, serve_page
from kertui.cli.spelling import SpellingGroup
from kertui.cli.training.check import check
from kertui.cli.training.run import run as run_script
from kertui.cli.training.train import retrain, train
from kertui.hosts.serve_runs import serve_runs
from kertui.terminal.capabilities import is_utf8_locale, locale_at_start
from kertui.terminal.folding import FOLDED, PLAIN

FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130
"""What shells expect of a program ended by Ctrl-C."""

NOBODY_READS = 141
"""What shells expect of a program whose reader has gone."""

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


SECTIONS = {
    "Train": (tasks, data, new, check, train, retrain, cross_validate, sweep, run_script),
    "See runs": (runs, attach, show, logs, serve, serve_page, serve_runs),
    "Ask a network": (predict, evaluate, export),
    "Steer a run": steer.COMMANDS,
    "Help": (demo, keys, completion),
}
"""All commands, as the help lists them; but not those that only another program calls."""


class MainGroup(SpellingGroup):
    """The top of the command line; click itself would call a closed pipe a failure."""

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click gives it
        formatter: click.HelpFormatter,
    ) -> None:
        """List the commands by what they are for."""
        wide = max(map(len, self.commands))
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(
                    [
                        (str(each.name).ljust(wide), each.get_short_help_str(70))
                        for each in commands
                        if not each.hidden
                    ]
                )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a file in its place is opened in the interface."""
        if self.get_command(ctx, args[0]) is None and table_path(args[0]) is not None:
            return open_file.name, open_file, args
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was given."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise click.exceptions.Exit(_nobody_reads()) from error


@click.group(cls=MainGroup, invoke_without_command=True, context_settings=CONTEXT)
@tasks_option
@home_option
@click.option("--no-spare", is_flag=True, help="Keep no warm trainer process (saves 600 MB).")
@no_advice_option
@marker_option
@click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal.")
@notify_option
@click.version_option(__version__, "--version", "-V", message="kertui %(version)s")
@click.pass_context
def kertui(
    ctx: click.Context,
    no_spare: bool,
    no_advice: bool,
    marker: str | None,
    no_mouse: bool,
    notify: bool,
) -> None:
    """Pick a task, edit a network's layers and watch it train, in the terminal.

    Without a command it opens the interface; kertui FILE opens it at a table, a folder of pictures
    or texts, arrays, a recipe or a task of yours.
    """
    ctx.obj = partial(
        _open_interface,
        ctx,
        spare=not no_spare,
        advice=not no_advice,
        marker=marker_of(marker),
        mouse=not no_mouse,
        notify=notify,
    )
    if ctx.invoked_subcommand is None:
        ctx.exit(ctx.obj())


def _open_interface(ctx: click.Context, **wishes: Any) -> int:
    """Open the interface on this terminal; gives the exit status."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        ctx.fail(
            "the interface needs a terminal, and this is none. "
            "Without one: kertui train TASK (kertui tasks lists them)."
        )
    from kertui.cli.interface import run_interface

    return run_interface(home_of(ctx), **wishes)


@click.command("FILE", hidden=True)
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def open_file(ctx: click.Context, file: Path) -> None:
    """Open the interface at data, a recipe or a task of yours."""
    from kertui.dialogs.ask_path import Mistake
    from kertui.dialogs.open_file import found_at
    from kertui.first_shown import FirstFile

    found = found_at(file.expanduser())
    if isinstance(found, Mistake):
        ctx.fail(found.text)
    ctx.exit(ctx.obj(first=FirstFile(found)))


for commands in SECTIONS.values():
    for command in commands:
        kertui.add_command(command)
complete_names(kertui)


def run(arguments: list[str] | None = None) -> int:
    """Carry out a command line and return the exit status; never a traceback for a mistake, nor
    for output that cannot be written."""
    _write_what_can_be_read()
    try:
        return _carry_out(arguments)
    except BrokenPipeError:
        return _nobody_reads()
    except OSError as error:
        _drop_output()
        with contextlib.suppress(OSError):
            what = error.filename or "the output cannot be written"
            said = f"Error: {what}: {error.strerror or error}"
            click.echo(visible(said), err=True)
        return FAILED


def _write_what_can_be_read() -> None:
    """Fold what an output's encoding lacks into what it has, or into ASCII in a plain C locale,
    which Python writes in UTF-8."""
    utf8 = is_utf8_locale({**os.environ, **locale_at_start()})
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            plain = not utf8 or codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding=PLAIN if plain else stream.encoding, errors=FOLDED)


def _carry_out(arguments: list[str] | None) -> int:
    try:
        result = kertui.main(arguments, prog_name="kertui", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except UserError as error:
        click.echo(f"Error: {visible(str(error))}", err=True)
        return WRONG_USAGE if is_wrong_usage(error) else FAILED
    return result if isinstance(result, int) else 0


def is_wrong_usage(error: UserError) -> bool:
    """Whether the person's own words were wrong, not the world they met."""
    from kertasks.data.sources.source import UnknownDataFile
    from kertasks.groups.folder import GroupRefused
    from kertasks.models.messages import BuildError
    from kertasks.recipes.recipe_errors import RecipeError
    from kertasks.runs.home.store import UnknownRun
    from kertasks.tables.table_changes import CannotChange

    if isinstance(error, GroupRefused):
        return error.is_wrong_recipe
    wrong = (UnknownTask, UnknownRecipe, UnknownVariant, UnknownRun, UnknownDataFile)
    return isinstance(error, (*wrong, RecipeError, BuildError, CannotChange))


def _nobody_reads() -> int:
    _drop_output()
    return NOBODY_READS


def _drop_output() -> None:
    # Python would complain again when it flushes at exit.
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
