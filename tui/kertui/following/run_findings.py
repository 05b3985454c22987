"""What was found while a run without a recipe trained: the line above the keys, and the list."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from kertasks.runs.advice.finding import Finding
from kertui.advice.advice_line import AdviceLine
from kertui.advice.advice_screen import AdviceScreen
from kertui.advice.known_advice import KnownAdvice, gather


class RunFindings(Vertical):
    """The worst that was found, which takes no row while nothing is. Nobody can make a fix here:
    what would be changed is in a person's own script."""

    DEFAULT_CSS = """
    RunFindings { height: auto; display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._about = ""
        self._known = KnownAdvice(None)
        self._found: Sequence[tuple[int, Finding]] = ()
        self._list: AdviceScreen | None = None
        """The list, while it is open."""

    def compose(self) -> ComposeResult:
        """Hold the line that says the worst of what was found."""
        yield AdviceLine()

    @property
    def any_found(self) -> bool:
        """Whether there is something to read."""
        return bool(self._known.entries)

    def show(self, about: str, found: Sequence[tuple[int, Finding]]) -> None:
        """Show what was found in a run, each finding with its epoch, the newest last.

        Args:
            about: what was trained, for the head of the list.
            found: what was found and holds.
        """
        if (about, tuple(found)) == (self._about, tuple(self._found)):
            return
        self._about, self._found = about, tuple(found)
        self._known = KnownAdvice(None, tuple(gather((), found, ())))
        self.display = self._known.worst is not None
        self.query_one(AdviceLine).show(self._known)
        if self._list is not None:
            self._list.show(self._known)
        self.screen.refresh_bindings()

    @on(AdviceLine.Clicked)
    def open(self) -> None:
        """Open the list of all that was found."""
        if self._list is None:
            self._list = AdviceScreen(self._about, self._known)
            self.app.push_screen(self._list, self._close)

    def _close(self, _: object) -> None:
        self._list = None
