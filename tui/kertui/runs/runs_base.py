"""What the parts of the screen of runs share: the runs, the chosen ones, what is shown of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.screen import Screen

from kertasks.runs.summary import RunSummary
from kertui.runs.chosen_runs import ChosenRuns
from kertui.runs.listed_runs import ListedRuns
from kertui.runs.recipe_comparison import RecipeComparison
from kertui.runs.run_changes import RunChanges
from kertui.runs.run_curves import RunCurves
from kertui.runs.run_reading import RunReader
from kertui.runs.run_table import RunTable
from kertui.session import Session


class RunsBase(Screen[None]):
    """The state of a screen of runs, and what its parts ask of the whole.

    Args:
        session: whose runs.
        chosen: ids of the runs whose curves are shown at first.
        full: begin with the curves alone.
    """

    _reader: RunReader
    """Reads runs and recipes; there once the screen is mounted, as the next two are."""

    _changes: RunChanges
    _comparison: RecipeComparison

    def __init__(self, session: Session, chosen: Sequence[str] = (), *, full: bool = False) -> None:
        super().__init__()
        self._session = session
        self._listed = ListedRuns()
        self._chosen = ChosenRuns(chosen)
        self._full = full
        self._opened_full = full
        self._comparing = False

    @property
    def _table(self) -> RunTable:
        return self.query_one(RunTable)

    @property
    def _curves(self) -> RunCurves:
        return self.query_one(RunCurves)

    @property
    def runs(self) -> list[RunSummary]:
        """What was read, newest first."""
        return self._listed.runs

    @property
    def complete(self) -> bool:
        """Whether all runs were read once."""
        return self._listed.complete

    @property
    def places(self) -> Mapping[str, int]:
        """Which place on the axes each chosen run has, by its id."""
        return self._chosen.places

    @property
    def chosen(self) -> list[RunSummary]:
        """The chosen runs in the order of their places."""
        return [run for _, run in self._chosen.among(self.runs)]

    def _on_axes(self) -> list[tuple[int, RunSummary]]:
        """The runs whose curves are drawn, with their places."""
        return self._chosen.drawn(self.runs, self._table.run)

    def _stoppable(self) -> list[RunSummary]:
        """The runs that a person would stop now: under the cursor, or all that are in sight."""
        runs = [run for _, run in self._on_axes()] if self._full else [self._table.run]
        return [run for run in runs if run is not None and not run.state.is_over]

    def _read_all(self) -> None:
        """Read all runs anew."""
        raise NotImplementedError

    def _show(self) -> None:
        """Bring everything up to date with the runs and the choice."""
        raise NotImplementedError

    def _arrange(self) -> None:
        """Share the height out among what is shown."""
        raise NotImplementedError

    def _offer_keys(self) -> None:
        """Look anew at which keys act."""
        raise NotImplementedError
