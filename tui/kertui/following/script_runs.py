"""Looks for the further runs of the script whose run is followed."""

from __future__ import annotations

from dataclasses import dataclass

from textual import work
from textual.message import Message
from textual.widget import Widget
from textual.worker import get_current_worker

from kertasks.runs.folder import RunFolder
from kertui.service.run_group import RunGroup

_LOOK_EVERY = 0.5
"""Seconds between two looks while the script goes on."""

_LOOK_OVER = 5.0
"""The same once it is gone: a run that was deleted may be brought back."""


class ScriptRuns(Widget):
    """Tells its screen which runs a script began, from when it is mounted. Never seen.

    Args:
        run: one of them.
    """

    DEFAULT_CSS = """
    ScriptRuns { display: none; }
    """

    @dataclass
    class RunsFound(Message):
        """The script began other runs than were told before, or ended."""

        runs: tuple[RunFolder, ...]
        """All of them, in the order they began in."""

        goes_on: bool
        """Whether the script is seen to go on: it may begin a further one."""

    def __init__(self, run: RunFolder) -> None:
        super().__init__()
        self._run = run

    def on_mount(self) -> None:
        """Begin to look for further runs of the script, in a thread."""
        self._follow()

    @work(thread=True, group="script runs")
    def _follow(self) -> None:
        # Set by Textual too, when the widget goes.
        cancelled = get_current_worker().cancelled_event
        group = RunGroup(self._run)
        told: tuple[tuple[RunFolder, ...], bool] | None = None
        while not cancelled.is_set():
            goes_on = group.script_goes_on()
            now = group.read(), goes_on
            if now != told:
                told = now
                self.post_message(self.RunsFound(*now))
            cancelled.wait(_LOOK_EVERY if goes_on else _LOOK_OVER)
