"""Options that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


def home_option(command: _Command) -> _Command:
    """``--home DIR``, before a command's name or after it; ``home_of`` reads it."""
    return click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        expose_value=False,
        callback=_keep_home,
        help="Where runs are kept (default: KERTUI_HOME, or your data folder).",
    )(command)


def _keep_home(ctx: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.find_root().meta["kertui.home"] = value.expanduser()


def home_of(ctx: click.Context) -> Path:
    """The home the person chose, or the default one."""
    from kertasks.runs.store import default_home

    given = ctx.find_root().meta.get("kertui.home")
    return given if isinstance(given, Path) else default_home()
