"""Which runs a sweep is made of: generation after generation, and with pruning rung after rung.

A generation is proposed when all trials of the one before are over, and a trial is pruned when all
of its generation have reached the rung. What is tried is written down before it begins, and what
is given up when it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from kertasks.groups.folder import GroupFolder
from kertasks.groups.measures import judge_of
from kertasks.groups.plan import PlannedRun
from kertasks.groups.record import Member
from kertasks.groups.sweep.asked import RUNGS, Sweep, recipe_of_trial, rung_of
from kertasks.groups.sweep.outcome import ended_early, value_of, why_failed
from kertasks.groups.sweep.search import Mode, Told, pruned
from kertasks.groups.sweep.trials import GivenUp
from kertasks.groups.sweep.trials_file import TrialsFile
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.runs.event_file.events import Failed, Monitor
from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState
from kertasks.text.numbers import counted


@dataclass(slots=True)
class _Trial:
    """A trial, and how far it is."""

    number: int
    values: tuple[str, ...]
    recipe: Recipe | None = None
    """None where its values are no recipe."""

    given_up: GivenUp | None = None
    at_rungs: dict[int, float] = field(default_factory=dict)
    """Its value at each rung it reached, from 0."""

    left: int = 0
    """Runs of it that are not over at the rung."""

    is_over: bool = False

    @property
    def told(self) -> Told:
        """What it came to."""
        if self.given_up is not None:
            return Told(self.values, self.given_up.how, None, self.at_rungs)
        return Told(self.values, "finished", self.at_rungs[max(self.at_rungs)], self.at_rungs)


class SweepPlan:
    """Plans the runs of a sweep.

    Args:
        group: whose.
        asked: what was asked.
        recipes: those it varies, one or several.

    Raises:
        GroupDamaged: its record cannot be read.
        StorageRefused: its study cannot be written where it was to be.
    """

    def __init__(self, group: GroupFolder, asked: Sweep, recipes: Sequence[Recipe]) -> None:
        self._group = group
        self._asked = asked
        self._recipes = recipes
        self._judge: Monitor | None = group.record().judge
        self._trials: list[_Trial] = []
        self._over = 0
        """Trials of generations that are over."""

        self._last_rung = RUNGS - 1 if asked.prune else 0
        self._rung = 0
        self._due: dict[str, _Trial] = {}
        """Whose the runs are that are not over at the rung, by their keys."""

        self._histories: dict[str, RunHistory] = {}
        """Of runs of this generation, as they were when they were over last."""

        self._left_undone = False
        """Whether a trial was given up that the next process can go on with."""

        self._members = group.new_members()
        self._ids: dict[str, str] = {}
        self._file = TrialsFile(group, asked)
        self.at_once = min(asked.generation, asked.trials) * len(asked.parts)
        self.candidates: list[PlannedRun] = []

    def begin(self, states: Mapping[str, RunState]) -> list[PlannedRun]:
        """The runs that are to be trained first, or that are left of what was begun before."""
        found = self._advance(states)
        self.candidates = found[:: len(self._asked.parts)]
        return found

    def over(self, key: str, state: RunState) -> list[PlannedRun]:
        """A run is over: those that are to be trained then."""
        trial = self._due.pop(key)
        self._histories.pop(key, None)
        self._left_undone |= state not in (RunState.FINISHED, RunState.FAILED)
        trial.left -= 1
        if not trial.left:
            self._take(trial)
        return [] if self._due else self._advance({})

    def keep(self) -> None:
        """Write the trials that are over into the study."""
        if self._judge is None:
            return
        over = itertools.takewhile(lambda trial: trial.is_over, list(self._trials))
        self._file.keep([trial.told for trial in over], self._mode)

    def end(self) -> bool:
        """Write down what is found out last; whether all trials are over, one of them finished."""
        self.keep()
        if self._over < self._asked.trials or self._left_undone:
            return False
        reasons = [one.given_up.reason for one in self._trials if one.given_up is not None]
        return self._file.end([trial.told for trial in self._trials], self._mode, reasons)

    # --- one generation after another, and in it one rung after another

    @property
    def _mode(self) -> Mode:
        return "min" if self._judge is None else self._judge.mode

    def _advance(self, states: Mapping[str, RunState]) -> list[PlannedRun]:
        """Nothing is due at the rung: go to the next one at which something is."""
        while True:
            if self._over < len(self._trials):
                if self._rung < self._last_rung:
                    self._prune()
                    self._rung += 1
                else:
                    self._end_generation()
                    continue
            elif len(self._trials) < self._asked.trials:
                self._propose()
                self._rung = 0
            else:
                return []
            due = self._runs_at_rung(states)
            if due:
                return due

    def _propose(self) -> None:
        told = [one.told for one in self._trials]
        for tried in self._file.next_generation(told, self._mode):
            number, values = tried.number, tried.values
            trial = _Trial(number, values, given_up=self._file.given_up.get(number))
            self._trials.append(trial)
            try:
                trial.recipe = recipe_of_trial(self._recipes, self._asked.dimensions, values)
            except RecipeError as error:
                self._give_up(trial, "failed", str(error))

    def _end_generation(self) -> None:
        for trial in self._trials[self._over :]:
            trial.is_over = True
        self._over = len(self._trials)
        self._histories.clear()

    def _runs_at_rung(self, states: Mapping[str, RunState]) -> list[PlannedRun]:
        """The runs of the generation that have not reached the rung, by what their events say."""
        found = []
        for trial in self._trials[self._over :]:
            if trial.recipe is None or not self._counts(trial):
                continue
            until = self._until(trial.recipe)
            is_last = self._rung == self._last_rung
            for part in self._asked.parts:
                key = part.key(trial.number)
                if (key in states or self._rung) and self._has_reached(key, until):
                    continue
                if trial.given_up is None:
                    recipe = part.recipe(trial.recipe, trial.number)
                    found.append(PlannedRun(key, recipe, None if is_last else until))
                    self._due[key] = trial
                    trial.left += 1
            if not trial.left:
                self._take(trial)
        return found

    def _counts(self, trial: _Trial) -> bool:
        """Whether a trial was compared with others at the rung, or will be."""
        return trial.given_up is None or trial.given_up.rung >= self._rung

    def _until(self, recipe: Recipe) -> int:
        """How many epochs a run has at the rung."""
        return rung_of(recipe.fit.epochs, self._rung + RUNGS - 1 - self._last_rung)

    def _has_reached(self, key: str, until: int) -> bool:
        history = self._history(key)
        is_failed = isinstance(history.ended, Failed)
        return history.epochs >= until or is_failed or ended_early(history)

    def _history(self, key: str) -> RunHistory:
        """What a run's events say; nothing of one that was never begun."""
        if key not in self._histories:
            run = self._run_ids().get(key)
            found = RunHistory()
            if run is not None:
                found = RunHistory.read(self._group.run(Member(key, run)).events_path)
            self._histories[key] = found
        return self._histories[key]

    def _run_ids(self) -> dict[str, str]:
        self._ids |= {one.key: one.run for one in self._members.read()}
        return self._ids

    def _take(self, trial: _Trial) -> None:
        """All runs of a trial are over at the rung: take what they came to."""
        if trial.recipe is None or not self._counts(trial):
            return
        until = self._until(trial.recipe)
        runs = [self._history(part.key(trial.number)) for part in self._asked.parts]
        if self._judge is None and any(one.started is not None for one in runs):
            self._judge = judge_of(runs)
        judge = self._judge or judge_of(runs)
        reason = next(filter(None, (why_failed(one, judge, until) for one in runs)), "")
        if not reason:
            trial.at_rungs[self._rung] = value_of(runs, judge, until).mean
        elif trial.given_up is None:
            trial.given_up = GivenUp(trial.number, "failed", reason, self._rung)
        if self._rung == self._last_rung or trial.given_up is not None:
            trial.is_over = True

    def _prune(self) -> None:
        """Give up those of the generation that are worse at the rung than the median."""
        judged: dict[int, _Trial] = {}
        earlier = []
        for trial in self._trials:
            if self._rung not in trial.at_rungs:
                continue
            if trial.number <= self._over or trial.given_up is not None or self._is_whole(trial):
                earlier.append(trial.at_rungs[self._rung])
            else:
                judged[trial.number] = trial
        values = {number: trial.at_rungs[self._rung] for number, trial in judged.items()}
        for number in sorted(pruned(values, earlier, self._mode)):
            trial = judged[number]
            if trial.recipe is not None:
                until = counted(self._until(trial.recipe), "epoch")
                self._give_up(trial, "pruned", f"worse than the median after {until}")

    def _is_whole(self, trial: _Trial) -> bool:
        """Whether early stopping ended all runs of a trial: nothing is saved by giving it up."""
        keys = (part.key(trial.number) for part in self._asked.parts)
        return all(ended_early(self._history(key)) for key in keys)

    def _give_up(self, trial: _Trial, how: Literal["pruned", "failed"], reason: str) -> None:
        """Give a trial up, for whoever goes on with the sweep too."""
        if trial.given_up is None:
            trial.given_up = GivenUp(trial.number, how, reason, self._rung)
            self._file.give_up(trial.given_up)
        trial.is_over = True
