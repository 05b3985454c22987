"""The runs that were read, and which of them a person sees, in which order. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from kertasks.runs.listing import SortKey, matches, ordered
from kertasks.runs.summary import RunSummary
from kertasks.text.numbers import grouped


@dataclass(slots=True)
class ListedRuns:
    """The runs of a store or of its bin."""

    runs: list[RunSummary] = field(default_factory=list)
    """What was read, newest first."""

    complete: bool = False
    """Whether all were read once."""

    deleted: bool = False
    """Whether these are the runs in the bin."""

    text: str = ""
    """The filter."""

    sort: SortKey = SortKey.WHEN
    reverse: bool = False

    def take(self, runs: list[RunSummary], complete: bool) -> bool:
        """Take what was read; False where it is less than what is known.

        Args:
            runs: newest first.
            complete: whether these are all of them.
        """
        if self.complete and not complete:
            return False
        self.complete = complete
        self.runs = runs
        return True

    def switch(self) -> None:
        """To the bin, or back from it: nothing is read yet."""
        self.deleted = not self.deleted
        self.runs, self.complete = [], False

    def sort_by(self, key: SortKey) -> None:
        """Sort by a column; by the same one again, turn the order round."""
        self.reverse = not self.reverse if key is self.sort else False
        self.sort = key

    def sort_by_next(self, step: int) -> None:
        """Sort by the column so many further on, round the end."""
        keys = list(SortKey)
        self.sort_by(keys[(keys.index(self.sort) + step) % len(keys)])

    @property
    def shown(self) -> list[RunSummary]:
        """The runs that answer the filter, in order."""
        found = (run for run in self.runs if matches(run, self.text))
        return ordered(found, self.sort, reverse=self.reverse)

    @property
    def any_going(self) -> bool:
        """Whether a run goes on."""
        return any(not run.state.is_over for run in self.runs)

    def says_empty(self, bin: str) -> str:
        """What to say where no run is shown: why, and what to do.

        Args:
            bin: where the deleted runs are.
        """
        if not self.complete:
            return "reading the runs"
        if self.runs:
            return f"no run matches {self.text!r}: esc empties the filter"
        if self.deleted:
            return f"no deleted runs in {bin}: D shows the others"
        return "no runs yet: esc, choose a task, open it and press space to train"

    def facts(self, shown: int, chosen: Collection[str], bin: str) -> tuple[str, ...]:
        """What a header tells of them; how many there are, once all are read.

        Args:
            shown: how many answer the filter.
            chosen: ids of the runs on the axes.
            bin: where the deleted runs are.
        """
        kind = "deleted run" if self.deleted else "run"
        words = f"{grouped(len(self.runs))} {kind}{'' if len(self.runs) == 1 else 's'}"
        facts = [bin] if self.deleted else []
        running = sum(not run.state.is_over for run in self.runs)
        if self.complete:
            facts.append(f"{grouped(shown)} of {words} match" if self.text else words)
            if running:
                facts.append(f"{running} running")
        if chosen:
            facts.append(f"{len(chosen)} chosen")
        return tuple(facts)
