"""The trials of a sweep as its runner proposes them, one generation after another, and writes them
down; and what it writes when all are over."""

from __future__ import annotations

import traceback
from collections.abc import Sequence

import msgspec

from kertasks.files import write_text
from kertasks.groups.folder import GroupFolder, Refusal
from kertasks.groups.lines import NewLines, append_line
from kertasks.groups.sweep.search import Mode, Told, importance, proposed
from kertasks.groups.sweep.searched import Searched
from kertasks.groups.sweep.storage import StorageRefused
from kertasks.groups.sweep.study import Study
from kertasks.groups.sweep.trials import GivenUp, Over, Tried, decode_trial_line


class TrialsFile:
    """What the trials of a sweep try, and which were given up, whoever proposed them.

    Args:
        group: whose.
        asked: what was asked.

    Raises:
        StorageRefused: the study cannot be written where it was to be, and nothing was tried yet;
            the group says so.
    """

    def __init__(self, group: GroupFolder, asked: Searched) -> None:
        self._group = group
        self._asked = asked
        self._study = Study(group, asked)
        self._known: list[Tried] = []
        self.given_up: dict[int, GivenUp] = {}
        """By number."""

        for line in NewLines(group.trials_path, decode_trial_line).read():
            if isinstance(line, GivenUp):
                self.given_up[line.number] = line
            elif line.number == len(self._known) + 1 and asked.holds(line.values):
                self._known.append(line)
        if not self._known:
            try:
                self._study.require()
            except StorageRefused as error:
                group.refuse(Refusal(str(error), is_wrong_recipe=False))
                raise

    def next_generation(self, told: Sequence[Told], mode: Mode) -> list[Tried]:
        """The trials of the next generation, written down before any of them begins.

        Args:
            told: all earlier trials, in their order.
            mode: whether a value is to become small or large.

        Raises:
            OSError: they cannot be written.
        """
        first = len(told)
        count = min(self._asked.generation, self._asked.trials - first)
        if len(self._known) < first + count:
            points = proposed(self._asked, told, mode)
            for number, values in enumerate(points, start=first + 1):
                if number > len(self._known):
                    self._known.append(Tried(number, values))
                    append_line(self._group.trials_path, self._known[-1])
        return self._known[first : first + count]

    def give_up(self, trial: GivenUp) -> None:
        """Give a trial up, for whoever goes on with the sweep too.

        Raises:
            OSError: it cannot be written.
        """
        self.given_up[trial.number] = trial
        append_line(self._group.trials_path, trial)

    def keep(self, told: Sequence[Told], mode: Mode) -> None:
        """Write trials into the study.

        Args:
            told: all that are over, up to the first that is not.
            mode: whether a value is to become small or large.
        """
        self._study.write(told, mode)

    def end(self, told: Sequence[Told], mode: Mode, reasons: Sequence[str]) -> bool:
        """All trials are over: write down what is found out last; whether one of them finished.

        Args:
            told: all trials.
            mode: whether a value is to become small or large.
            reasons: of those that were given up.

        Raises:
            OSError: it cannot be written.
        """
        if all(one.state == "failed" for one in told):
            self._group.refuse(Refusal(_all_failed(reasons), is_wrong_recipe=True))
            return False
        self._study.write(told, mode, last=True)
        found = Over()
        try:
            found = Over(importance(self._asked, told, mode))
        except Exception:  # the trials are over all the same
            traceback.print_exc()
        text = msgspec.json.format(msgspec.json.encode(found)).decode()
        write_text(self._group.over_path, f"{text}\n")
        return True


def _all_failed(reasons: Sequence[str]) -> str:
    """Why no trial came to anything."""
    different = list(dict.fromkeys(reasons))
    if len(different) == 1:
        return different[0]
    return f"every trial failed, the first because {different[0]}"
