"""The keys of the live pane while it has the focus."""

from __future__ import annotations

from textual.binding import Binding, BindingType

LIVE_KEYS: list[BindingType] = [
    Binding(
        "y",
        "log_y",
        "Log y",
        id="live.log_y",
        tooltip="Logarithmic y axis of the loss, or back",
    ),
    Binding(
        "m",
        "smooth",
        "Smooth",
        id="live.smooth",
        tooltip="Show the trend of each curve, the raw one dimmed",
    ),
    Binding(
        "n",
        "next_metric",
        "Next metric",
        id="live.next_metric",
        tooltip="Draw the next of the run's metrics",
    ),
    Binding(
        "z",
        "zoom",
        "Zoom",
        id="live.zoom",
        tooltip="The last part of the run, or the whole of it",
    ),
    Binding("l", "log", "Log", id="live.log", tooltip="What the trainer printed"),
    Binding("left", "cursor(-1)", "Earlier", show=False, id="live.cursor_left"),
    Binding("right", "cursor(1)", "Later", show=False, id="live.cursor_right"),
    Binding("shift+left", "cursor(-10)", "Ten earlier", show=False, id="live.cursor_far_left"),
    Binding("shift+right", "cursor(10)", "Ten later", show=False, id="live.cursor_far_right"),
    Binding("home", "cursor_first", "First epoch", show=False, id="live.cursor_first"),
    Binding("end", "cursor_last", "Latest epoch", show=False, id="live.cursor_last"),
    Binding("up", "table(-1)", "Newer epochs", show=False, id="live.table_up"),
    Binding("down", "table(1)", "Older epochs", show=False, id="live.table_down"),
    Binding("pageup", "table_page(-1)", "Newer page", show=False, id="live.table_page_up"),
    Binding("pagedown", "table_page(1)", "Older page", show=False, id="live.table_page_down"),
]
