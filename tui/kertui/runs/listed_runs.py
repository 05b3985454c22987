"""Which runs a person sees, in which order, and which of them are on the axes. Pure: no widget."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kertasks.runs.home.listing import SortKey, matches, ordered
from kertasks.runs.home.summary import RunSummary
from kertasks.text.numbers import grouped
from kertui.plotting.curves.run_strokes import free_place


@dataclass(slots=True)
class ListedRuns:
    """The runs that were read of a store, or of its bin, with the filter and the order."""

    runs: list[RunSummary] = field(default_factory=list)
    """All runs that were read, newest first."""

    complete: bool = False
    """Whether all runs were read once."""

    deleted: bool = False
    """Whether these are the runs in the bin."""

    trouble: str = ""
    """Why they could not be read the last time; what was read before stays."""

    text: str = ""
    """The filter, as the person typed it."""

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
        self.trouble = ""
        return True

    def switch(self) -> None:
        """Change between the store and its bin; nothing of the other is read yet."""
        self.deleted = not self.deleted
        self.runs, self.complete, self.trouble = [], False, ""

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
        """Whether any of the runs is known to go on."""
        return any(run.state.goes_on for run in self.runs)

    def says_empty(self, bin: str) -> str:
        """What to say where no run is shown: why, and what to do.

        Args:
            bin: where the deleted runs are.
        """
        if self.trouble and not self.runs:
            return self.trouble
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
        running = sum(run.state.goes_on for run in self.runs)
        if self.trouble:
            facts.append("cannot be read now")
        elif self.complete:
            facts.append(f"{grouped(shown)} of {words} match" if self.text else words)
            if running:
                facts.append(f"{running} running")
        if chosen:
            facts.append(f"{len(chosen)} chosen")
        return tuple(facts)


class ChosenRuns:
    """Runs by their ids, in places that decide colour and stroke.

    Args:
        wanted: ids of runs to choose as soon as they are there.
    """

    def __init__(self, wanted: Sequence[str] = ()) -> None:
        self._wanted = tuple(wanted)
        self._places: dict[str, int] = {}

    @property
    def places(self) -> Mapping[str, int]:
        """The place of each chosen run, by its id; a view that changes with the choice."""
        return self._places

    def choose(self, id: str) -> bool:
        """Put a run in the first free place; False where there is none. One that is chosen
        already stays where it is."""
        if id in self._places:
            return True
        place = free_place(self._places.values())
        if place is None:
            return False
        self._places[id] = place
        return True

    def toggle(self, id: str) -> bool:
        """Choose a run, or take it off; False where all places are taken."""
        if id in self._places:
            del self._places[id]
            return True
        return self.choose(id)

    def choose_wanted(self, there: Collection[str]) -> list[str]:
        """Choose those of the wanted runs that are there by now, each once.

        Args:
            there: ids of all runs that were read.

        Returns:
            The ids that came.
        """
        came = [id for id in self._wanted if id in there]
        self._wanted = tuple(id for id in self._wanted if id not in there)
        for id in came:
            self.choose(id)
        return came

    def forget_gone(self, there: Collection[str]) -> None:
        """Take off the runs that are no longer there."""
        for id in self._places.keys() - set(there):
            del self._places[id]

    def clear(self) -> None:
        """Take all runs off the axes."""
        self._places.clear()

    def among(self, runs: Iterable[RunSummary]) -> list[tuple[int, RunSummary]]:
        """The chosen ones of these runs with their places, in the order of the places."""
        found = [(self._places[run.id], run) for run in runs if run.id in self._places]
        return sorted(found, key=lambda pair: pair[0])

    def drawn(
        self, runs: Iterable[RunSummary], here: RunSummary | None
    ) -> list[tuple[int, RunSummary]]:
        """The runs to draw: the chosen ones, or the one under the cursor where none is.

        Args:
            runs: all of them.
            here: the one under the cursor, if any.
        """
        found = self.among(runs)
        return found if found or here is None else [(0, here)]

    def compared(
        self, runs: Iterable[RunSummary], here: RunSummary | None
    ) -> list[tuple[int, RunSummary]]:
        """The runs to compare: the chosen ones; where one alone is, it and the one under the
        cursor, in the place that this one would get.

        Args:
            runs: all of them.
            here: the one under the cursor, if any.
        """
        found = self.among(runs)
        if len(found) == 1 and here is not None and here.id != found[0][1].id:
            place = free_place(self._places.values())
            if place is not None:
                found.append((place, here))
        return found
