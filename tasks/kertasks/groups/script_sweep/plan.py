"""Which starts of a program a sweep is made of, generation after generation.

A generation is proposed when all trials of the one before are over. What a trial came to is what
the last training of its program did: its programs' diaries and its runs say it, so that a runner
that takes over from another one plans the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from kertasks.groups.folder import GroupFolder
from kertasks.groups.measures import judge_of
from kertasks.groups.script_sweep.asked import ScriptSweep
from kertasks.groups.script_sweep.diaries import Outcome, outcome_of
from kertasks.groups.sweep.outcome import value_of, why_failed
from kertasks.groups.sweep.search import Mode, Told
from kertasks.groups.sweep.trials import GivenUp, Tried
from kertasks.groups.sweep.trials_file import TrialsFile
from kertasks.runs.event_file.events import Failed, Monitor
from kertasks.runs.state import RunState


@dataclass(frozen=True, slots=True)
class PlannedStart:
    """A start of a program that may be begun."""

    key: str
    words: tuple[str, ...]
    """The arguments it is given."""

    epochs: None = None
    """How long it trains is for the program to say."""


@dataclass(slots=True)
class _Trial:
    """A trial, and how far it is."""

    tried: Tried
    left: int = 0
    """Starts of it that are not over."""

    value: float | None = None
    """None before it is over, and of one that failed."""

    is_over: bool = False

    @property
    def told(self) -> Told:
        """What it came to."""
        if self.value is None:
            return Told(self.tried.values, "failed", None, {})
        return Told(self.tried.values, "finished", self.value, {0: self.value})


class ScriptSweepPlan:
    """Plans the starts of a program.

    Args:
        group: whose.
        asked: what was asked.

    Raises:
        GroupDamaged: its record cannot be read.
        StorageRefused: its study cannot be written where it was to be.
    """

    def __init__(self, group: GroupFolder, asked: ScriptSweep) -> None:
        self._group = group
        self._asked = asked
        self._judge: Monitor | None = group.record().judge
        self._file = TrialsFile(group, asked)
        self._trials: list[_Trial] = []
        self._due: dict[str, _Trial] = {}
        """Whose the starts are that are not over, by their keys."""

        self._left_undone = False
        """Whether something is left that the next process can go on with."""

        self.at_once = min(asked.generation, asked.trials) * len(asked.parts)
        self.candidates: list[PlannedStart] = []
        """None: what a program does is seen when it runs."""

    def begin(self, states: Mapping[str, RunState]) -> list[PlannedStart]:  # noqa: ARG002
        """The starts that are to be begun first, or that are left of what was begun before."""
        return self._advance()

    def over(self, key: str, state: RunState) -> list[PlannedStart]:  # noqa: ARG002
        """A program ended: the starts that are to be begun then."""
        trial = self._due.pop(key)
        trial.left -= 1
        if not trial.left:
            self._take(trial)
        return [] if self._due else self._advance()

    def keep(self) -> None:
        """Write the trials that are over into the study."""
        if self._judge is not None:
            over = itertools.takewhile(lambda trial: trial.is_over, list(self._trials))
            self._file.keep([trial.told for trial in over], self._mode)

    def end(self) -> bool:
        """Write down what is found out last; whether all trials are over, one of them finished."""
        self.keep()
        is_whole = len(self._trials) == self._asked.trials and not (self._due or self._left_undone)
        if not is_whole:
            return False
        reasons = [one.reason for one in self._file.given_up.values()]
        return self._file.end([one.told for one in self._trials], self._mode, reasons)

    @property
    def _mode(self) -> Mode:
        return "min" if self._judge is None else self._judge.mode

    def _advance(self) -> list[PlannedStart]:
        """Nothing is due: propose generations until something is."""
        while not self._left_undone and len(self._trials) < self._asked.trials:
            told = [one.told for one in self._trials]
            found = []
            for tried in self._file.next_generation(told, self._mode):
                trial = _Trial(tried)
                self._trials.append(trial)
                found += self._starts(trial)
                if not trial.left:
                    self._take(trial)
            if found:
                return found
        return []

    def _starts(self, trial: _Trial) -> list[PlannedStart]:
        """The starts of a trial that are not over."""
        tried = trial.tried
        if tried.number in self._file.given_up:
            return []
        found = []
        for part in self._asked.parts:
            key = part.key(tried.number)
            outcome = outcome_of(self._group, key)
            if outcome is None or not outcome.is_over:
                found.append(PlannedStart(key, part.words(tried.values)))
                self._due[key] = trial
                trial.left += 1
        return found

    def _take(self, trial: _Trial) -> None:
        """All starts of a trial are over: take what they came to."""
        number = trial.tried.number
        if number in self._file.given_up:
            trial.is_over = True
            return
        found = [outcome_of(self._group, part.key(number)) for part in self._asked.parts]
        outcomes = [one for one in found if one is not None and one.is_over]
        if len(outcomes) < len(found):  # it could not be started, or its training was stopped
            self._left_undone = True
            return
        runs = [one.history for one in outcomes]
        if self._judge is None and any(one.started is not None for one in runs):
            self._judge = judge_of(runs)
        judge = self._judge or judge_of(runs)
        reason = next(filter(None, (self._why(one, judge) for one in outcomes)), "")
        if reason:
            self._file.give_up(GivenUp(number, "failed", reason))
        else:
            trial.value = value_of(runs, judge).mean
        # Last: ``keep`` of another thread takes what a trial that is over came to.
        trial.is_over = True

    def _why(self, outcome: Outcome, judge: Monitor) -> str:
        """Why a start makes its trial one that failed; empty where it does not."""
        history = outcome.history
        never_fitted = history.started is None and isinstance(history.ended, Failed)
        if outcome.ended.status and not never_fitted:  # of which the run says the same, and that
            return f"{self._asked.file} {outcome.ended.said}"
        return why_failed(history, judge)
