"""What several commands take: a home, a run, Keras's classes."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kertui.terminal.glyphs import Marker

if TYPE_CHECKING:
    from kertasks.keras_catalog.catalog import Catalog
    from kertasks.recipes.recipe import Recipe
    from kertasks.runs.folder import RunFolder
    from kertasks.task import Task
    from kertui.hosts.address import HostAddress
    from kertui.hosts.connection import HostConnection
    from kertui.service.training_service import TrainingService

_Command = TypeVar("_Command", bound=Callable[..., Any])


def home_option(command: _Command) -> _Command:
    """``--home DIR``, before a command's name or after it; ``home_of`` reads it."""
    return click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        expose_value=False,
        callback=_keep_home,
        help="Where runs are kept (default: KERTUI_HOME, or your data folder); with a HOST, there.",
    )(command)


def tasks_option(command: _Command) -> _Command:
    """``--tasks FOLDER``, before a command's name or after it: of the tasks there is to know in
    this process and in those it starts."""
    return click.option(
        "--tasks",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        multiple=True,
        metavar="FOLDER",
        expose_value=False,
        callback=_name_task_folders,
        help="A folder whose Python files define tasks, which are run. Again for more.",
    )(command)


def _name_task_folders(
    ctx: click.Context, _parameter: click.Parameter, folders: tuple[Path, ...]
) -> None:
    from kertasks.user_folders import TASKS_SETTING

    named = [str(folder.expanduser().absolute()) for folder in folders]
    for folder in named:
        if os.pathsep in folder:
            raise click.BadParameter(
                f"{folder} has a {os.pathsep} in its name, which parts folders"
            )
    if named:
        before = os.environ.get(TASKS_SETTING, "")
        set_until_end(ctx, TASKS_SETTING, os.pathsep.join(filter(None, [before, *named])))


def set_until_end(ctx: click.Context, name: str, value: str) -> None:
    """Set a variable of this process and of those it starts, until the command line is done."""
    before = os.environ.get(name)
    os.environ[name] = value

    def restore() -> None:
        if before is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = before

    ctx.find_root().call_on_close(restore)


def recipe_option(command: _Command) -> _Command:
    """``--recipe NAME|FILE``, as the argument ``recipe_name``."""
    return click.option(
        "--recipe", "recipe_name", metavar="NAME|FILE", help="A recipe's name or TOML file."
    )(command)


def changes_option(command: _Command) -> _Command:
    """``--set PATH=VALUE``, as the argument ``changes``."""
    return click.option(
        "--set",
        "changes",
        multiple=True,
        metavar="PATH=VALUE",
        help="Change anything of the recipe, for example layers.0.units=16. Again for more.",
    )(command)


def marker_option(command: _Command) -> _Command:
    """``--marker`` and its short form ``--ascii``, as the argument ``marker``."""
    plain = click.option(
        "--ascii", "marker", flag_value=Marker.ASCII.value,
        help="Draw with plain ASCII characters: --marker ascii.",
    )  # fmt: skip
    choice = click.option(
        "--marker", type=click.Choice([marker.value for marker in Marker]),
        help="What curves are drawn with; by itself what the terminal can show. F4 changes it.",
    )  # fmt: skip
    return plain(choice(command))


def no_advice_option(command: _Command) -> _Command:
    """``--no-advice``, as the argument ``no_advice``."""
    return click.option(
        "--no-advice", is_flag=True, help="Keep no process that looks for faults (saves 600 MB)."
    )(command)


def on_end_option(command: _Command) -> _Command:
    """``--on-end COMMAND``, as the argument ``on_end``."""
    return click.option(
        "--on-end",
        metavar="COMMAND",
        help="Carried out by the shell when the run is over, whatever became of it and of this "
        "terminal. It gets on its standard input what kertui runs --json says of the run.",
    )(command)


def notify_option(command: _Command) -> _Command:
    """``--notify``, as the argument ``notify``."""
    return click.option(
        "--notify",
        is_flag=True,
        help="Ring the terminal and show a notice when it ends, breaks or stands still.",
    )(command)


def detach_option(command: _Command) -> _Command:
    """``--detach``, as the argument ``detach``."""
    return click.option(
        "--detach", is_flag=True, help="Print the run's id and return; it trains by itself."
    )(command)


def marker_of(text: str | None) -> Marker | None:
    """What a person asked curves to be drawn with; None for what the terminal can show."""
    return None if text is None else Marker(text)


def _keep_home(ctx: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    if value is not None:
        use_home(ctx, value)


def use_home(ctx: click.Context, home: Path) -> None:
    """Keep runs there, in this process and in those it starts, until the command line is done."""
    from kertasks.user_folders import HOME_SETTING

    ctx.find_root().meta["kertui.home"] = home.expanduser()
    # Tasks of a person's own are found in it, by every process that this one starts.
    set_until_end(ctx, HOME_SETTING, str(home.expanduser().absolute()))


def home_of(ctx: click.Context) -> Path:
    """The home the person chose, or the default one."""
    from kertasks.user_folders import default_home

    given = ctx.find_root().meta.get("kertui.home")
    return given if isinstance(given, Path) else default_home()


def find_run(ctx: click.Context, text: str, *, elsewhere: bool = False) -> RunFolder:
    """The run a person means: an id, a part of one that only it has, or ``last``; of another host
    with its name and a colon before that.

    Args:
        ctx: of the command.
        text: what the person wrote.
        elsewhere: whether the command can do with a run of another host, which is followed until
            the command is over.

    Raises:
        UnknownRun: there is none, or there are several.
        IsMirrored: it is another host's, and the command needs what only that has.
        HostUnreachable: that host's runs cannot be had.
    """
    from kertasks.runs.home.store import RunStore, UnknownRun
    from kertasks.runs.mirrors.mirror_note import IsMirrored

    address = host_named(ctx, text)
    if address is None:
        return RunStore(home_of(ctx)).find(text)
    if not address.run:
        raise UnknownRun(
            f"{text!r} names a host and no run of it: for example {text}last "
            f"(kertui runs {text} lists them)"
        )
    if not elsewhere:
        raise IsMirrored(address.host, f"run {address.run}")
    return connect(ctx, address.host).find(address.run)


def host_named(ctx: click.Context, text: str) -> HostAddress | None:
    """The host that a person names before a colon, with what is meant of its runs; None where the
    text means a run of this host, be it by a name with a colon."""
    from kertui.hosts.address import host_address

    address = host_address(text)
    if address is None or not address.run:
        return address
    from kertasks.runs.home.label import read_label
    from kertasks.runs.home.store import RunStore

    named = (read_label(run.path).name for run in RunStore(home_of(ctx)).runs())
    return None if text in named else address


def connect(ctx: click.Context, host: str) -> HostConnection:
    """The connection to a host, made once for a command and ended with it."""
    from kertasks.user_folders import cache_dir
    from kertui.hosts.connection import HostConnection

    root = ctx.find_root()
    found = root.meta.get(f"kertui.host {host}")
    if isinstance(found, HostConnection):
        return found
    given = root.meta.get("kertui.home")
    made = HostConnection(host, cache_dir(), None if given is None else str(given))
    root.meta[f"kertui.host {host}"] = made

    def close() -> None:
        if waiting := made.close():
            click.echo(f"did not reach {host}: {', '.join(waiting)}", err=True)

    root.call_on_close(close)
    return made


def connection_of(ctx: click.Context, run: RunFolder) -> HostConnection | None:
    """The connection by which this command found a run of another host; None for a run of this one.

    Raises:
        IsMirrored: the run's folder says that it is another host's, and this command has no
            connection to that: whose folder it is may not name a host to connect to.
    """
    from kertasks.runs.mirrors.mirror_note import IsMirrored

    host = run.mirrored_from
    if host is None:
        return None
    found: HostConnection | None = ctx.find_root().meta.get(f"kertui.host {host}")
    if found is None:
        raise IsMirrored(host, f"run {run.id}")
    return found


def recipe_or_file(task: Task, given: str | None) -> Recipe | Path:
    """What a person means by ``--recipe``: one of the task's recipes, or a file.

    Raises:
        UnknownRecipe: it is neither; the message names the nearest recipe.
    """
    from kertasks.errors import UnknownRecipe

    name = task.default_recipe if given is None else given
    if name in task.recipes:
        return task.recipes[name]
    path = Path(name).expanduser()
    # A link to nowhere is a file that cannot be read, not a recipe that nobody knows.
    if path.suffix != ".toml" and (not os.path.lexists(path) or path.is_dir()):
        raise UnknownRecipe(task.name, name, list(task.recipes))
    return path


def require_task(recipe: Recipe, task: Task, path: Path) -> None:
    """See that the recipe in a file is one of the task.

    Raises:
        click.UsageError: it is of another.
    """
    if recipe.task != task.name:
        raise click.UsageError(f"{path} is a recipe of {recipe.task}, not of {task.name}.")


def writes_utf8() -> bool:
    """Whether what is printed goes out in UTF-8: else JSON is told by its own escapes, which lose
    nothing."""
    return codecs.lookup(sys.stdout.encoding or "ascii").name == "utf-8"


def read_catalog(service: TrainingService) -> Catalog:
    """Keras's classes, with a word where a process must read them first."""
    if not service.knows_catalog:
        click.echo("reading Keras's layers, once for this version of Keras …", err=True)
    return service.catalog()
