"""Reads, in threads, what the screen of runs shows: the runs, and their recipes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from textual.message import Message
from textual.screen import Screen

from kertasks.errors import UserError
from kertasks.recipes.recipe import Recipe
from kertasks.runs.bin import RunBin
from kertasks.runs.folder import RunFolder
from kertasks.runs.store import RunStore
from kertasks.runs.summaries import OverRuns, RunSummaries
from kertasks.runs.summary import RunSummary

_ALL_EVERY = 8
"""Every so many looks all runs are looked at: others may come and go."""

_SLICES = 2
"""Of a long log at a look: some 10,000 epochs, a few times what a run adds until the next."""


class RunReader:
    """Looks at a store's runs or at its bin; one look at a time, answered by messages.

    Args:
        screen: gets the messages, and lends its threads.
        store: whose runs.
        over: what is known of runs that are over.
    """

    @dataclass
    class RunsRead(Message):
        """The runs of the store or of its bin, newest first."""

        runs: list[RunSummary]
        deleted: bool
        complete: bool
        """Whether these are all of them."""

    @dataclass
    class RecipesRead(Message):
        """The recipes of some runs; an error in the place of one that cannot be read."""

        runs: Sequence[tuple[int, RunSummary]]
        recipes: Sequence[Recipe | UserError]

    def __init__(self, screen: Screen[None], store: RunStore, over: OverRuns) -> None:
        self._screen = screen
        self._kept = RunSummaries(store, over, with_best=True, slices=_SLICES)
        self._deleted = RunSummaries(RunBin(store))
        self._reading = False
        self._looks = 0

    def look(self, deleted: bool, going: bool) -> None:
        """Look at the runs that go on, and now and then at all.

        Args:
            deleted: at the bin.
            going: whether any run goes on.
        """
        if self._reading:
            return
        everything = self._looks % _ALL_EVERY == 0
        self._looks += 1
        if everything or going:
            self._reading = True
            work = partial(self._read, deleted, everything)
            self._screen.run_worker(work, thread=True, group="runs", name="read runs")

    def look_at_all(self, deleted: bool) -> None:
        """Look at all runs, now or as soon as the look under way is over."""
        self._looks = 0
        self.look(deleted, False)

    def answered(self) -> None:
        """A complete answer has come: the next look may begin."""
        self._reading = False

    def _read(self, deleted: bool, everything: bool) -> None:
        summaries = self._deleted if deleted else self._kept

        def tell(runs: list[RunSummary]) -> None:
            self._screen.post_message(self.RunsRead(runs, deleted, complete=False))

        runs = summaries.read(tell) if everything else summaries.read_running()
        self._screen.post_message(self.RunsRead(runs, deleted, complete=True))

    def read_recipes(self, runs: Sequence[tuple[int, RunSummary]]) -> None:
        """Read the recipes of some runs."""

        def read() -> None:
            recipes = [_recipe_of(run) for _, run in runs]
            self._screen.post_message(self.RecipesRead(runs, recipes))

        self._screen.run_worker(read, thread=True, group="recipes", exclusive=True)


def _recipe_of(run: RunSummary) -> Recipe | UserError:
    try:
        return RunFolder(Path(run.folder)).recipe()
    except UserError as error:
        return error
