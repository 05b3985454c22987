"""What a cross-validation came to, as lines for people and as plain data for programs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kertasks.groups.cross_validation.asked import FINAL, CrossValidation
from kertasks.groups.cross_validation.results import results_of
from kertasks.groups.measures import unit_of
from kertasks.runs.event_file.events import Finished, Stopped
from kertasks.text.numbers import clock, counted, grouped, metric, metric_label
from kertui.cli.columns import in_columns
from kertui.cli.progress.status_line import bar
from kertui.text.device_words import device_words, devices_said
from kertui.text.group_figures import metric_spread, metric_value, unit_of_task

if TYPE_CHECKING:
    from kertasks.groups.cross_validation.results import GroupResults
    from kertasks.groups.history import GroupHistory, MemberHistory
    from kertui.cli.progress.status_line import StatusLine

_GAP = 3

_LOOK_SHARE = 50
"""Times as long as the look for the best epoch takes, until the next one."""


class CrossValidationReport:
    """Tells of one cross-validation.

    Args:
        group: what its runs told; it may be told more.

    Raises:
        TypeError: it is a group of another kind.
    """

    def __init__(self, group: GroupHistory) -> None:
        asked = group.record.asked
        if not isinstance(asked, CrossValidation):
            raise TypeError(f"{group.group.id} is no cross-validation")
        self._group = group
        self._asked = asked
        self._planned = group.group.recipe().fit.epochs
        self._unit = unit_of_task(group)
        self._best: list[str] = []
        self._look_not_before = 0.0

    def title(self) -> str:
        """What was asked, in a line."""
        record, asked = self._group.record, self._asked
        repeats = f", {asked.repeats} times" if asked.repeats > 1 else ""
        return f"{record.task}, {record.recipe}: {asked.folds} folds{repeats}"

    def progress(self, line: StatusLine, taken: float) -> list[str]:
        """How far it is, in words; none while no epoch is done.

        Args:
            line: they are shown on.
            taken: seconds since the first epoch was done.
        """
        members, parts = self._group.members, len(self._asked.parts)
        if not any(one.history.epochs for key, one in members.items() if key != FINAL):
            return []
        over = [one for key, one in members.items() if key != FINAL and one.history.ended]
        said = [f"{len(over)}/{parts} folds"]
        final = members.get(FINAL)
        if final is not None:
            said.append(f"all rows: epoch {grouped(final.history.epochs)}")
            return said
        going = [one.history for one in members.values() if one.history.ended is None]
        if going:
            furthest = max(history.epochs for history in going)
            said.append(f"epoch {grouped(furthest)}/{grouped(self._planned)}")
        # A fold that stopped early has nothing left to do.
        done = len(over) * self._planned + sum(history.epochs for history in going)
        share = done / (parts * self._planned)
        if line.live:
            said.append(f"{bar(share, 12, line.signs)} {share:4.0%}")
            if taken and 0 < share < 1:
                said.append(f"{clock(taken * (1 - share) / share)} left")
        return said + self._best_words()

    def _best_words(self) -> list[str]:
        """The best epoch of the mean over the folds, none before there is one. It is looked for as
        often as takes 2 % of the time: of 20,000 epochs a look takes a third of a second, which
        the trainers could use."""
        now = time.monotonic()
        if now >= self._look_not_before:
            results = results_of(self._group)
            self._best = []
            if results.best_epoch is not None:
                name = results.judge.name
                value = f"{metric_label(name)} {metric(name, results.best[name].mean)}"
                self._best = [f"best {grouped(results.best_epoch)} ({value})"]
            ended = time.monotonic()
            self._look_not_before = ended + _LOOK_SHARE * (ended - now)
        return self._best

    def whole(self) -> str:
        """How many of its runs are finished, in words."""
        asked = self._asked.runs
        ended = [one.history.ended for one in self._group.members.values()]
        done = sum(isinstance(each, Finished) for each in ended)
        runs = counted(asked, "run")
        of = self._group.group.id
        return f"{runs} of {of}" if done == asked else f"{done} of {runs} of {of}"

    def lines(self) -> Iterator[str]:
        """The folds as a table, and the best epoch of their mean."""
        results, unit = results_of(self._group), self._unit
        name = results.judge.name
        if not results.folds:
            yield "no fold has begun"
            return
        words = device_words(one.device for one in results.folds)
        rows = [("fold", "rows", "best epoch", metric_label(name), *(["device"] if words else []))]
        for one in results.folds:
            epoch = "" if one.best_epoch is None else grouped(one.best_epoch)
            key = one.key.removeprefix("fold ")
            device = [devices_said([one.device], words)] if words else []
            rows.append(
                (key, grouped(one.rows), epoch, metric_value(name, one.best, unit), *device)
            )
        yield from in_columns(rows, "lrrrl"[: len(rows[0])], _GAP)
        best = results.best
        if results.best_epoch is None:
            yield "no best epoch: there is none yet that all folds have done"
            return

        def spread(each: str) -> str:
            told = metric_spread(each, best[each].mean, best[each].sd, unit)
            return f"{metric_label(each)} {told}"

        mean = f"best in the mean of {self._of_folds(results)}"
        yield f"{mean}: epoch {grouped(results.best_epoch)}, {spread(name)}"
        others = [each for each in best if each.startswith("val_") and each != name]
        if others:
            yield f"there {', '.join(map(spread, others))}"
        final = self._group.members.get(FINAL)
        if final is not None:
            yield _final_line(final)

    def results(self) -> dict[str, Any]:
        """What it came to, for programs."""
        results = results_of(self._group)
        best: dict[str, Any] | None = None
        if results.best_epoch is not None:
            spreads = {name: {"mean": one.mean, "sd": one.sd} for name, one in results.best.items()}
            best = {"epoch": results.best_epoch} | spreads
        said: dict[str, Any] = {
            "metric": results.judge.name,
            "mode": results.judge.mode,
            "unit": unit_of(results.judge.name, self._unit),
            "best": best,
            "folds": [
                {
                    "key": one.key,
                    "run": one.run,
                    "rows": one.rows,
                    "epochs": one.epochs,
                    "best_epoch": one.best_epoch,
                    "best": one.best,
                    "device": one.device,
                }
                for one in results.folds
            ],
        }
        final = self._group.members.get(FINAL)
        if final is not None:
            said["final"] = {
                "run": final.run.id,
                "epochs": final.history.epochs,
                "test": getattr(final.history.ended, "test", None),
            }
        return said

    def _of_folds(self, results: GroupResults) -> str:
        """How many folds the mean is of."""
        asked = len(self._asked.parts)
        done = len(results.folds)
        return counted(asked, "fold") if done == asked else f"{done} of {counted(asked, 'fold')}"


def _final_line(final: MemberHistory) -> str:
    from kertasks.text.result import tested_in_full

    history = final.history
    said = f"on all rows, {counted(history.epochs, 'epoch')}: run {final.run.id}"
    ended = history.ended
    tested = tested_in_full(ended) if isinstance(ended, Finished | Stopped) else ""
    return f"{said}, {tested}" if tested else said
