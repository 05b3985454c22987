"""A tab of the live pane as plain text: the pane itself, in an app that nobody sees."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from textual.app import App, ComposeResult

from kertasks.runs.folder import RunFolder
from kertui.live.pane import LivePane
from kertui.live.tab import LiveTab, trained_by
from kertui.plotting import draw
from kertui.service.training_service import TrainingService
from kertui.terminal.capabilities import Capabilities
from kertui.terminal.textual_workarounds import allow_any_size
from kertui.terminal.theme import MONOCHROME, default_tokens
from kertui.terminal.thread_per_task import ThreadPerTaskExecutor

_AROUND = 24
"""Rows for what the pane has beside its tab, which is not printed."""

_LOOK_EVERY = 0.05
_HOLDS_STILL = 0.3
"""Seconds without anything new after which the tab is taken for complete."""

_PATIENCE = 180.0
"""Seconds that it may take, Keras's start included."""


@dataclass(frozen=True, slots=True)
class TabFrame:
    """A tab as it was drawn."""

    lines: list[str]
    """Without blanks at their ends, nor blank lines at the end."""

    failure: str = ""
    """Why there is nothing to see in it; empty where there is."""


class TabApp(App[TabFrame]):
    """Shows one tab of one run until all of it is there.

    Args:
        service: computes what the tab shows.
        capabilities: what is drawn with.
        run: what is looked at.
        tab: the title of the tab.
        epoch: whose weights; None for the latest there are.
        height: of the tab, in rows.
    """

    ENABLE_COMMAND_PALETTE = False
    CSS = "* { scrollbar-size: 0 0; }"

    def __init__(
        self,
        service: TrainingService,
        capabilities: Capabilities,
        run: RunFolder,
        tab: str,
        epoch: int | None,
        height: int,
    ) -> None:
        self.capabilities = capabilities
        super().__init__()
        allow_any_size()
        self.register_theme(MONOCHROME)
        self.theme = MONOCHROME.name
        self._pane = LivePane(service)
        self._run = run
        self._epoch = epoch
        self._height = height
        self._tab = next(each for each in self._pane.tabs if each.title == tab)
        self._began = self._changed = time.monotonic()
        self._last: list[str] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own colours' names."""
        return default_tokens(self.current_theme)

    def compose(self) -> ComposeResult:
        """Show the pane alone: nothing else of the interface is printed."""
        yield self._pane

    def on_load(self) -> None:
        """Give thread workers threads of their own: some wait for a trainer."""
        asyncio.get_running_loop().set_default_executor(ThreadPerTaskExecutor())

    def on_mount(self) -> None:
        """Follow the run, and look at its tab until that is complete."""
        self._tab.styles.height = self._height
        self._pane.follow(self._run, self._run.state(), trained_by(self._run))
        self._pane.look_at(self._epoch)
        self._pane.choose(self._tab)
        self.set_interval(_LOOK_EVERY, self._look)

    def _look(self) -> None:
        now, lines = time.monotonic(), self._lines
        # On a busy machine it may stand still before anything is drawn.
        if lines != self._last or not lines or not self._pane.is_settled:
            self._last, self._changed = lines, now
        late = now - self._began > _PATIENCE
        if late or (now - self._changed >= _HOLDS_STILL):
            view = self._pane.view
            why_not = view.look.why_not if view.look is not None else view.looking
            failure = self._tab.why_not(view) or why_not
            if late:
                failure = (
                    f"{failure or 'it is not complete'} ({_PATIENCE:.0f} s were waited for it)"
                )
            self.exit(TabFrame(lines, failure))

    @property
    def _lines(self) -> list[str]:
        """The rows of the tab, as they would go to a terminal."""
        region = self._tab.region
        strips = self.screen._compositor.render_strips()[region.y : region.bottom]
        lines = ["".join(segment.text for segment in strip).rstrip() for strip in strips]
        while lines and not lines[-1]:
            lines.pop()
        return lines


def tab_frame(
    service: TrainingService,
    capabilities: Capabilities,
    run: RunFolder,
    tab: type[LiveTab],
    size: tuple[int, int],
    epoch: int | None = None,
) -> TabFrame:
    """A tab of a run, in so many columns and rows.

    Args:
        service: computes what the tab shows.
        capabilities: what is drawn with.
        run: which.
        tab: which of them.
        size: columns and rows.
        epoch: whose weights are looked at; None for the latest there are.
    """
    draw.preload()
    width, height = size
    app = TabApp(service, capabilities, run, tab.title, epoch, height)
    found = app.run(headless=True, size=(width, height + _AROUND))
    return found or TabFrame([], "it could not be drawn")
