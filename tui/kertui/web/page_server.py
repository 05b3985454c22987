"""Serves the interface to browsers by textual-serve, behind the gate."""

from __future__ import annotations

import asyncio
import contextlib
import html
import os
import secrets
import shlex
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from string import Template
from typing import Final

from aiohttp import web
from textual_serve.server import Server, to_int

from kertui.web.gate import add_headers, gate

ADDRESS: Final = "127.0.0.1"
"""Where the port is opened: no other machine can reach it."""

_TOKEN_BYTES: Final = 24
_ENDS_WITHIN: Final = 8.0
"""Seconds for the apps of open pages to end with the server."""

_PAGE: Final = Path(__file__).with_name("page.html")
_OTHER_TERMINALS: Final = ("TMUX", "STY", "SSH_CONNECTION", "SSH_TTY", "COLUMNS", "LINES")
"""Variables that tell of the terminal the server was started in, where the app is not shown."""


class PageServer(Server):
    """A page of ours in place of textual-serve's, which fetches a font from elsewhere, and a gate
    before all of it.

    Args:
        command: starts the app of a page; its words, for no shell to understand.
    """

    def __init__(self, command: Sequence[str]) -> None:
        super().__init__(f"exec {shlex.join(command)}", host=ADDRESS, title="kertui")
        self.token = secrets.token_urlsafe(_TOKEN_BYTES)

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.router.add_get("/page.js", self.handle_script)
        app.middlewares.append(gate(self.token))
        app.on_response_prepare.append(add_headers)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Print nothing: the command says what a person needs."""

    async def handle_index(self, request: web.Request) -> web.Response:
        """The page, for the name and port that the browser asked."""
        size = to_int(request.query.get("fontsize", "16"), 16)
        page = Template(_PAGE.read_text(encoding="utf-8"))
        text = page.substitute(font_size=size, host=html.escape(request.host))
        return web.Response(text=text, content_type="text/html")

    async def handle_script(self, _: web.Request) -> web.StreamResponse:
        """What the page does beside textual-serve's own script."""
        return web.FileResponse(_PAGE.with_suffix(".js"))

    async def run(self, port: int, tell: Callable[[int], None]) -> None:
        """Serve until Ctrl-C or SIGTERM.

        Args:
            port: of this machine; 0 for one that is free.
            tell: gets the port, once a browser may come.

        Raises:
            OSError: the port cannot be had.
        """
        ends = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, ends.set)
        runner = web.AppRunner(await self._make_app(), shutdown_timeout=_ENDS_WITHIN)
        await runner.setup()
        try:
            site = web.TCPSite(runner, ADDRESS, port)
            await site.start()
            tell(runner.addresses[0][1])
            await ends.wait()
        finally:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(runner.cleanup(), _ENDS_WITHIN * 2)


def serve(command: Sequence[str], port: int, tell: Callable[[int, str], None]) -> None:
    """Serve until it is ended.

    Args:
        command: starts the app of a page.
        port: as of ``PageServer.run``.
        tell: gets the port and the token.

    Raises:
        OSError: the port cannot be had.
    """
    for name in _OTHER_TERMINALS:
        os.environ.pop(name, None)
    os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")  # what the page shows
    server = PageServer(command)
    asyncio.run(server.run(port, lambda found: tell(found, server.token)))
    sys.stdout.flush()
