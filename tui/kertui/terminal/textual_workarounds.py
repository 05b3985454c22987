"""Workarounds for Textual 8.2, together so that a newer Textual can be tried without them.

What they reach begins with an underscore, which in Textual means that it is private. Others,
which are methods of the app or of a filter, are ``KertuiApp._fatal_error``,
``KertuiApp._handle_exception`` and ``kertui.terminal.line_filters``.
"""

from __future__ import annotations

import asyncio
import signal
from functools import partial
from typing import Any

from rich.console import Console
from rich.control import Control
from textual import _compositor
from textual._context import active_message_pump
from textual.app import App
from textual.css.query import NoMatches
from textual.widget import Widget

from kertui.terminal.capabilities import Capabilities
from kertui.terminal.line_filters import AsciiFilter, ControlCodeFilter, MonochromeFilter


class CroppedUpdate(_compositor.ChopsUpdate):
    """Sends only the cells of a span, not all to the left of them.

    ``Widget.refresh(region)`` reaches ``ChopsUpdate.render_segments``, which cuts a row off at the
    right end of the region but sends it from the left edge of its widget. A curve grows at its
    right end, so nearly the whole row would go over the network for two new dots. Measured with
    two plots of 120 columns: 3.3 KB a drawing before, under 1 KB after.
    """

    def render_segments(self, console: Console) -> str:
        """Write the bytes that the terminal gets for the spans."""
        parts: list[str] = []
        for y, x1, x2 in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                start, stop = max(x, x1), min(end, x2)
                if strip is None or start >= stop:
                    continue
                if start > x or stop < end:
                    strip = strip.crop(start - x, stop - x)  # noqa: PLW2901
                parts.append(Control.move_to(start, y).segment.text)
                parts.append(strip.render(console))
        return "".join(parts)


def send_partial_updates() -> None:
    """Have Textual send ``CroppedUpdate``; once is enough, again does no harm."""
    _compositor.ChopsUpdate = CroppedUpdate  # type: ignore[misc]  # no other way to another class


def set_line_filters(app: App[Any], capabilities: Capabilities) -> None:
    """Filter every cell of every widget: no filter that Textual offers to an app sees them all."""
    filters = [ControlCodeFilter(), *app._filters]
    if not capabilities.colour:
        app.no_color = True
        filters[1:] = [MonochromeFilter()]
    if capabilities.ascii:
        filters.append(AsciiFilter())
    app._filters[:] = filters


def exit_on_signals(app: App[Any]) -> None:
    """Give the terminal back before the process ends by a signal, which Textual does not."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, partial(app.exit, return_code=128 + number))


def misses_parts_as_it_goes(error: Exception) -> bool:
    """Whether a widget that is being removed did not find its own parts: Textual gives it none
    when it is left before it was built, and calls its handlers all the same."""
    widget = active_message_pump.get(None)
    return (
        isinstance(error, NoMatches)
        and isinstance(widget, Widget)
        and (widget._pruning or widget._closing or not widget.is_attached)
    )


def end_after_crash(app: App[Any]) -> None:
    """End the app with status 1, without the traceback that it would print over the shell."""
    app._return_code = 1
    app._close_messages_no_wait()
