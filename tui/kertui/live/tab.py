"""What a tab of the live pane is, and which there are: every module in ``kertui/live/tabs`` that
defines ``TAB``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.looking.view import Look, Moment, ViewRequest
from kertasks.runs.manifest import Origin
from kertasks.runs.state import RunState
from kertasks.scores.run_baselines import RunBaselines
from kertui.live import tabs
from kertui.plotting.strips import Row, cells, join
from kertui.rows.rows_widget import RowsWidget

if TYPE_CHECKING:
    from kertasks.data.described.description import Description


@dataclass(frozen=True, slots=True)
class TrainedBy:
    """What trains a run."""

    origin: Origin = Origin.RECIPE
    name: str = ""
    """Of the script, or of the file that is followed; empty where a recipe says how."""

    @property
    def has_recipe(self) -> bool:
        """Whether a recipe says how it is trained: all but the events needs one."""
        return self.origin is Origin.RECIPE


def trained_by(run: RunFolder) -> TrainedBy:
    """What trains a run, as far as its manifest can be read."""
    origin = run.origin
    return TrainedBy() if origin is Origin.RECIPE else TrainedBy(origin, run.manifest().task)


@dataclass(frozen=True, slots=True)
class RunView:
    """What the live pane knows of the run it follows, for a tab to show."""

    run: RunFolder | None = None
    """None where there is no run."""

    history: RunHistory = field(default_factory=RunHistory)
    """The same object as long as the run is; it grows."""

    state: RunState | None = None
    planned: int = 0
    """Epochs, before the run's events say; 0 where that is not known."""

    waiting: str = ""
    """What there is to say while there is nothing to show."""

    data: Description | None = None
    """What is known of the run's data; None until it is."""

    moment: Moment = field(default_factory=Moment)
    """Whose weights are looked at: those there are now, or of an epoch of the past."""

    look: Look | None = None
    """The latest answer to what the tab wants; to what it wanted before, until there is one."""

    looking: str = ""
    """What there is to say while there is no answer, or why there is none."""

    baselines: RunBaselines = field(default_factory=RunBaselines)
    """What the run is compared with; empty where that is not known."""

    no_data: str = ""
    """Why the run's data cannot be described, where that was tried."""

    trained_by: TrainedBy = field(default_factory=TrainedBy)

    @property
    def no_network(self) -> str:
        """Why nobody can be asked what the network computes, in a few words; empty where somebody
        may."""
        if self.trained_by.origin is Origin.FILE:
            return "no network to look at"
        return ""


class LiveTab(Widget, can_focus=True):
    """One way to look at the run in the live pane. A tab's own ``BINDINGS`` act while it has the
    focus."""

    DEFAULT_CSS = """
    LiveTab { height: 1fr; layout: vertical; }
    """

    class WantsOther(Message):
        """A tab wants to see something else: it is asked anew what."""

    @dataclass
    class OpensTab(Message):
        """A person wants to see another tab, and in it what a request asks for."""

        title: str
        request: ViewRequest

    title: ClassVar[str]
    """One word for the row of tabs."""

    key: ClassVar[str]
    """The digit that chooses it; tabs stand in the order of their digits, the first is shown
    first."""

    asks_network: ClassVar[bool] = False
    """Whether it shows what the network computes."""

    @property
    def looks_back(self) -> bool:
        """Whether a person looks at something of the past in it, which must not go away."""
        return False

    def why_not(self, view: RunView) -> str:
        """Why there is nothing to see of this run, in a few words; empty where there is."""
        if view.run is None:
            return "there is no run"
        return view.no_network if self.asks_network else ""

    def wanted(self, view: RunView) -> ViewRequest | None:
        """What of the network is to be computed for the tab, in the size it has; None where it
        shows only what is known. Asked at every drawing."""
        del view
        return None

    def look_at(self, request: ViewRequest, view: RunView) -> None:
        """Want to see of this run, from now on, what another tab hands over."""

    def show(self, view: RunView) -> None:
        """Show the run as it is now. Called at most a few times a second, and only while this is
        the tab that is shown."""
        raise NotImplementedError


def named_tabs(entries: Iterable[tuple[str, str, bool]]) -> Content:
    """Tabs side by side for a line of a screen.

    Args:
        entries: of each its words, the action of the screen that a click carries out, and whether
            it is the one that is shown.
    """
    return Content("  ").join(
        Content.styled(words, "bold $accent")
        if shown
        else Content.from_markup(f"[@click=screen.{action}]{words}[/]")
        for words, action, shown in entries
    )


@cache
def all_tabs() -> tuple[type[LiveTab], ...]:
    """Every tab, in the order of their keys."""
    names = [info.name for info in pkgutil.iter_modules(tabs.__path__)]
    modules = [importlib.import_module(f"{tabs.__name__}.{name}") for name in names]
    found: list[type[LiveTab]] = [module.TAB for module in modules if hasattr(module, "TAB")]
    return tuple(sorted(found, key=lambda tab: tab.key))


class TabRow(RowsWidget):
    """The tabs' digits and titles; a click chooses one."""

    DEFAULT_CSS = """
    TabRow { height: 1; }
    """

    @dataclass
    class Clicked(Message):
        """A person wants to see a tab."""

        tab: LiveTab

    def __init__(self, tabs: Sequence[LiveTab]) -> None:
        super().__init__()
        self._tabs = tabs
        self._shown = tabs[0]
        self._view = RunView()

    def show(self, shown: LiveTab, view: RunView) -> None:
        """Mark the tab that is shown; those with nothing to see of this run are faint."""
        self._shown, self._view = shown, view
        self.redraw()

    def draw_rows(self, width: int) -> None:
        """Draw the tabs, and why there is nothing to see where there is not."""
        why_not = self._shown.why_not(self._view)
        words, gap = self._words(width)
        row: Row = []
        for tab, word in zip(self._tabs, words, strict=True):
            role = "axis" if tab.why_not(self._view) else "dim"
            role = "chosen" if tab is self._shown else role
            row += [*cells(word, role), *cells(" " * gap)]
        self.show_rows([join(row[:-gap], cells(why_not, "dim"), width)])

    def _words(self, width: int) -> tuple[list[str], int]:
        """What each tab is called, and the cells between two: where not all titles fit, the last
        ones stand with their digit alone, but for the one that is shown."""
        why_not = self._shown.why_not(self._view)
        width -= cell_len(why_not) + 1 if why_not else 0
        words = [f"{tab.key} {tab.title}" for tab in self._tabs]
        for gap in (2, 1):
            if sum(map(len, words)) + gap * (len(words) - 1) <= width:
                return words, gap
        for place, tab in reversed(list(enumerate(self._tabs))):
            if sum(map(len, words)) + len(words) - 1 <= width:
                break
            if tab is not self._shown:
                words[place] = tab.key
        return words, 1

    def on_click(self, event: events.Click) -> None:
        """Ask for the tab that was clicked."""
        words, gap = self._words(self.size.width)
        start = 0
        for tab, word in zip(self._tabs, words, strict=True):
            end = start + len(word)
            if start <= event.x < end:
                self.post_message(self.Clicked(tab))
            start = end + gap
