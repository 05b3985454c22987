"""Which runs are on the axes, each in a place of its own. Pure: ids and summaries, no widget."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from kertasks.runs.summary import RunSummary
from kertui.plotting.run_strokes import free_place


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
        """Take all off."""
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
