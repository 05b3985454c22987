"""``kertui serve``: the interface in a browser of this machine, or of one that ssh leads here."""

from __future__ import annotations

import importlib.util
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kertui.cli.options import home_of, home_option, no_advice_option, tasks_option

if TYPE_CHECKING:
    from kertui.app import KertuiApp
    from kertui.first_shown import FirstShown
    from kertui.service.training_service import TrainingService
    from kertui.terminal.capabilities import Capabilities

_PORT = 8000


@click.command(short_help="Show the interface in a browser of this machine.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=_PORT,
    metavar="N",
    help=f"The port (default {_PORT}); 0 for one that is free.",
)
@no_advice_option
@tasks_option
@home_option
@click.pass_context
def serve(ctx: click.Context, port: int, no_advice: bool) -> None:
    """Show the interface in a browser: each page is a kertui of its own.

    Only this machine can reach it, and only with the token in the address that is printed. Closing
    a page, or ending this command, leaves trainings going.
    """
    for option, is_meant in (
        ("--no-mouse", not ctx.obj.keywords["mouse"]),
        ("--notify", ctx.obj.keywords["notify"]),
    ):
        if is_meant:
            raise click.UsageError(
                f"{option} is of a terminal: a browser has a mouse of its own and no bell."
            )
    if importlib.util.find_spec("textual_serve") is None:
        raise click.ClickException(
            "kertui serve needs textual-serve: pip install 'kertui[serve]' brings it."
        )
    from kertui.web.page_server import ADDRESS
    from kertui.web.page_server import serve as serve_pages

    def tell(found: int, token: str) -> None:
        host = socket.gethostname()
        click.echo(
            f"kertui in a browser of this machine:\n\n"
            f"  http://{ADDRESS}:{found}/?token={token}\n\n"
            f"From another machine: ssh -L {found}:{ADDRESS}:{found} {host}, and the same address "
            f"there.\nWhoever has the address can do all that you can. Ctrl-C ends it; trainings "
            f"go on."
        )
        sys.stdout.flush()

    wishes = dict(ctx.obj.keywords)
    wishes["advice"] = wishes["advice"] and not no_advice
    command = page_command(home_of(ctx), wishes)
    try:
        serve_pages(command, port, tell)
    except OSError as error:
        raise click.ClickException(
            f"port {port} of this machine cannot be had ({error.strerror}); --port 0 takes a free "
            "one."
        ) from error


def page_command(home: Path, wishes: Mapping[str, Any]) -> list[str]:
    """The command line of the app of a page.

    Args:
        home: where runs are kept.
        wishes: what was said before the command's name, as ``run_interface`` takes it.
    """
    command = [sys.executable, "-m", "kertui", "--home", str(home.absolute())]
    command += [] if wishes["advice"] else ["--no-advice"]
    command += [] if wishes["spare"] else ["--no-spare"]
    marker = wishes["marker"]
    command += [] if marker is None else ["--marker", marker.value]
    return [*command, "serve-page"]


@click.command(hidden=True)
@click.pass_context
def serve_page(ctx: click.Context) -> None:
    """The app of one page, started by ``kertui serve``, whose pipes it talks by."""
    from kertui.cli.interface import run_interface

    def make(
        service: TrainingService, capabilities: Capabilities, first: FirstShown | None
    ) -> KertuiApp:
        from kertui.web.page_app import make_page_app

        return make_page_app(service, capabilities, first)

    wishes = {name: ctx.obj.keywords[name] for name in ("advice", "spare", "marker")}
    ctx.exit(run_interface(home_of(ctx), **wishes, makes=make))
