"""Workarounds for Textual 8.2, together so that a newer Textual can be tried without them.

What they reach begins with an underscore, which in Textual means that it is private. Others,
which are methods of the app or of a filter, are ``KertuiApp._fatal_error``,
``KertuiApp._handle_exception`` and ``kertui.terminal.line_filters``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from textual import _compositor, content
from textual._context import active_message_pump
from textual.app import App
from textual.color import Color
from textual.css.query import NoMatches
from textual.events import Resize
from textual.geometry import Region
from textual.message_pump import MessagePump
from textual.strip import Strip
from textual.widget import Widget

from kertui.terminal.capabilities import Capabilities
from kertui.terminal.cells import placed
from kertui.terminal.line_filters import (
    AsciiFilter,
    ControlCodeFilter,
    MonochromeFilter,
    OldSignsFilter,
)
from kertui.terminal.readable_colours import ReadableColours


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
                parts.append(_render(strip, start, console))
        return "".join(parts)


class PlacedUpdate(_compositor.LayoutUpdate):
    """Sends a whole screen so that no character moves those behind it."""

    def render_segments(self, console: Console) -> str:
        """Write the bytes that the terminal gets for the lines."""
        parts: list[str] = []
        for y, line in enumerate(self.strips, self.region.y):
            x = self.region.x
            parts.append(Control.move_to(x, y).segment.text)
            for strip in line:
                parts.append(_render(strip, x, console))
                x += strip.cell_length
        return "".join(parts)


def _render(strip: Strip, x: int, console: Console) -> str:
    """The bytes for a strip that begins in a column. Textual trusts the terminal to count the
    cells of every character as Rich does."""
    segments, changed = [], False
    for segment in strip:
        text = placed(segment.text, x)
        changed = changed or text is not segment.text
        segments.append(Segment(text, segment.style, segment.control))
        x += segment.cell_length
    return Strip(segments).render(console) if changed else strip.render(console)


def send_partial_updates() -> None:
    """Have Textual send ``CroppedUpdate`` and ``PlacedUpdate``; once is enough, again does no
    harm."""
    _compositor.ChopsUpdate = CroppedUpdate  # type: ignore[misc]  # no other way to another class
    _compositor.LayoutUpdate = PlacedUpdate  # type: ignore[misc]


_get_renders = _compositor.Compositor._get_renders
_divide_line = content.divide_line  # type: ignore[attr-defined]
_refresh = Widget.refresh

_WIDEST_EDGES = 12
"""Cells that the border and the padding of a widget take at most."""


def _get_renders_in_place(
    compositor: _compositor.Compositor, crop: Region | None = None
) -> Iterator[tuple[Region, Region, list[Strip]]]:
    for region, clip, strips in _get_renders(compositor, crop):
        width = region.intersection(clip).width
        if region.width < _WIDEST_EDGES:
            # Counted anew: such a strip says that it is as wide as its widget.
            strips = [Strip(list(strip)).adjust_cell_length(width) for strip in strips]  # noqa: PLW2901
        yield region, clip, strips


def _divide_line_at_any_width(text: str, width: int, fold: bool = True) -> list[int]:
    return _divide_line(text, max(1, width), fold)


def _refresh_and_forget_size(
    widget: Widget, *regions: Region, layout: bool = False, **more: bool
) -> Widget:
    if layout and widget._layout_required:
        widget._layout_updates += 1
    return _refresh(widget, *regions, layout=layout, **more)


def allow_any_size() -> None:
    """Have every screen laid out well in a terminal of any size, and after any change of it.

    Textual keeps the size that a widget asked for until it asks for another, which it counts; but
    not while an earlier wish is under way, though a layout may have come between the two: lists
    stood there with rows they no longer had. It ends the app where a list has no column at all,
    and draws a border or a padding that has no room over what is beside it.
    """
    Widget.refresh = _refresh_and_forget_size  # type: ignore[method-assign, assignment]
    content.divide_line = _divide_line_at_any_width  # type: ignore[attr-defined]
    _compositor.Compositor._get_renders = _get_renders_in_place  # type: ignore[method-assign, assignment]


_OURS = (ControlCodeFilter, MonochromeFilter, ReadableColours, AsciiFilter, OldSignsFilter)

_CHOSEN = ("selection", "block-cursor-background")
"""The variables that mark what is chosen; a theme without them marks it in its first colour."""


def set_line_filters(app: App[Any], capabilities: Capabilities) -> None:
    """Filter every cell of every widget: no filter that Textual offers to an app sees them all.

    To be called again with other capabilities, or another theme."""
    ours = [one for one in app._filters if isinstance(one, ReadableColours)]
    filters = [ControlCodeFilter(), *(f for f in app._filters if not isinstance(f, _OURS))]
    if capabilities.colour:
        wanted = capabilities.colours, _marked_grounds(app)
        same = (one for one in ours if one.is_for(*wanted))  # knows what it has seen already
        filters.append(next(same, None) or ReadableColours(*wanted))
    else:
        app.no_color = True
        filters[1:] = [MonochromeFilter()]
    if capabilities.ascii:
        filters.append(AsciiFilter())
    elif capabilities.blocks:
        filters.append(OldSignsFilter())
    app._filters[:] = filters


def _marked_grounds(app: App[Any]) -> list[tuple[int, int, int]]:
    variables = app.current_theme.variables
    return [Color.parse(variables[name]).rgb for name in _CHOSEN if name in variables]


def draw_all_anew(app: App[Any], other_signs: bool) -> None:
    """Have every widget of every screen sent anew.

    Args:
        app: the application.
        other_signs: whether widgets make their rows anew too, as at a new size.
    """
    for screen in app.screen_stack:
        for widget in screen.query(Widget):
            if other_signs:
                widget.post_message(Resize(widget.size, widget.virtual_size, widget.container_size))
            widget.refresh(layout=other_signs)
        screen.refresh(layout=other_signs)


def is_settled(app: App[Any], *, within: bool = False) -> bool:
    """Whether nothing is left to be done of what was pressed: no message waits or is acted on, and
    no screen is being built.

    Args:
        app: the application.
        within: whether the app itself asks, while it acts on a message.
    """
    if not (app._message_queue.empty() if within else _is_idle(app)):
        return False
    *below, screen = app.screen_stack
    if screen._callbacks:
        return False
    pumps = (*below, *screen.walk_children(with_self=True))
    return all(_is_idle(pump) or pump._closing or pump._pruning for pump in pumps)


def _is_idle(pump: MessagePump) -> bool:
    """Whether a message pump runs and waits for a message, rather than acting on one."""
    # Textual's queue does not count what was taken out of it and is not done.
    ready: Any = pump._message_queue.ready_event
    return not ready.is_set() and bool(ready._waiters)


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
