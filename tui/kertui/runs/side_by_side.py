"""Two runs looked at beside each other: the same tab of both, live."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Static

from kertasks.runs.folder import RunFolder
from kertasks.runs.home.summary import RunSummary
from kertui.live.outcome import NextSteps
from kertui.live.pane import LivePane
from kertui.live.tab import TrainedBy, all_tabs, named_tabs
from kertui.plotting.curves.run_strokes import sample
from kertui.plotting.strips import Row, cells, fit
from kertui.rows.header_line import HeaderLine
from kertui.rows.key_line import KeyLine
from kertui.rows.rows_widget import RowsWidget
from kertui.service.training_service import TrainingService
from kertui.terminal.glyphs import glyphs_for
from kertui.text.fitting_text import fitted

_STEPS = NextSteps("the workbench resumes it", "the workbench adds epochs", "6 shows the log")


class RunHead(RowsWidget):
    """Names a run over its half, with the stroke that its curves have elsewhere.

    Args:
        place: of the run on the axes.
        words: task and name.
    """

    DEFAULT_CSS = """
    RunHead { height: 1; }
    """

    def __init__(self, place: int, words: str) -> None:
        super().__init__()
        self._place, self._words = place, words

    def draw_rows(self, width: int) -> None:
        """Draw the stroke and as much of the name as fits."""
        glyphs = glyphs_for(self.app)
        stroke: Row = [*sample(self._place, glyphs), *cells(" ")]
        name = cells(fitted(self._words, width - len(stroke), glyphs), "strong")
        self.show_rows([fit(stroke + name, width)])


class SideBySideScreen(Screen[None]):
    """A tab of the live pane for each of two runs; digits choose the tab of both.

    Args:
        service: computes what is looked at of a run that is over.
        runs: two runs, each with its place on the axes.
        key: of the tab that is shown first.
    """

    DEFAULT_CSS = """
    SideBySideScreen {
        & > Horizontal > Vertical { width: 1fr; }
        & > Horizontal > Vertical.-second { padding-left: 2; }
        & > #side-tabs { height: 1; margin-bottom: 1; padding: 0 1; }
        & > Horizontal { height: 1fr; padding: 0 1; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(tab.key, f"choose_tab('{tab.key}')", tab.title, show=False,
                    id=f"beside.tab_{tab.title}", tooltip=f"Show the tab {tab.title} of both runs.")
            for tab in all_tabs()
        ),
        Binding("left_square_bracket", "both('epoch', -1)", "epoch before", id="beside.before",
                tooltip="Look at both networks as they were at the kept epoch before."),
        Binding("right_square_bracket", "both('epoch', 1)", "epoch after", id="beside.after",
                tooltip="Look at the kept epoch after; past the last one, at the present."),
        Binding("F", "both('film')", "film", id="beside.film",
                tooltip="Play the kept epochs of both as a film; or stop it."),
        Binding("g", "both('present')", "the present", show=False, id="beside.present",
                tooltip="Come back to the latest weights."),
        Binding("escape", "app.pop_screen", "back", key_display="esc", id="beside.back",
                tooltip="Go back to the screen before."),
    ]  # fmt: skip

    def __init__(
        self, service: TrainingService, runs: Sequence[tuple[int, RunSummary]], key: str
    ) -> None:
        super().__init__()
        self._runs = runs
        self._key = key
        self._panes = [LivePane(service, _STEPS) for _ in runs]

    def compose(self) -> ComposeResult:
        """Lay out the tabs over the two halves."""
        yield HeaderLine(f"kertui {glyphs_for(self.app).into} runs side by side")
        yield Static(id="side-tabs")
        with Horizontal():
            for number, ((place, run), pane) in enumerate(
                zip(self._runs, self._panes, strict=True)
            ):
                with Vertical(classes="-second" if number else ""):
                    yield RunHead(place, f"{run.task} {run.title}")
                    yield pane
        yield KeyLine()

    def on_mount(self) -> None:
        """Follow both, at the same tab."""
        for (_, run), pane in zip(self._runs, self._panes, strict=True):
            pane.has_tab_row = False
            by = TrainedBy(run.origin, run.task)
            pane.follow(RunFolder(Path(run.folder)), run.state, by)
        self.action_choose_tab(self._key)
        self._panes[0].focus()

    def action_choose_tab(self, key: str) -> None:
        """Show the tab of a digit in both halves."""
        for pane in self._panes:
            pane.choose(next(tab for tab in pane.tabs if tab.key == key), focus=False)
        self.query_one("#side-tabs", Static).update(
            named_tabs(
                (f"{tab.key} {tab.title}", f"choose_tab('{tab.key}')", tab.key == key)
                for tab in all_tabs()
            )
        )

    def action_both(self, action: str, *arguments: object) -> None:
        """Pass a key on to both halves, where it can act."""
        for pane in self._panes:
            if pane.allows(action):
                pane.act(action, *arguments)
