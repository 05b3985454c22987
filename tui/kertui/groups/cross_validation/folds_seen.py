"""What a screen shows of a cross-validation at one moment: plain records, made in a thread."""

from __future__ import annotations

from dataclasses import dataclass

from kertasks.groups.folder import GroupState
from kertasks.groups.measures import Spread
from kertasks.groups.record import GroupRecord
from kertasks.runs.folder import RunFolder
from kertasks.runs.state import RunState
from kertasks.text.numbers import counted, grouped
from kertui.plotting.curves.fold_plot import FoldCurves


@dataclass(frozen=True, slots=True)
class FoldSeen:
    """One fold, or the run on all rows after them."""

    key: str
    """What it is in its group: ``"fold 2/4"``."""

    run: RunFolder | None = None
    """None as long as it waits for its turn."""

    state: RunState | None = None
    epochs: int = 0
    planned: int = 0
    rows: int = 0
    """That it validates on; 0 where that is not known."""

    best_epoch: int | None = None
    """By the judge."""

    best: float | None = None
    """The judge's value then, in the target's own unit; None where there is none."""

    starting: bool = False
    """Whether its trainer has not begun the first epoch."""

    said: str = ""
    """Why it failed; of a run on all rows that is over, its test result."""

    said_in_short: str = ""
    """The test result alone."""

    device: str = ""
    """What it is trained on, in words; empty before it has begun."""

    @property
    def name(self) -> str:
        """What a person calls it: ``"2/4"``, ``"2/4, repeat 3"``."""
        return self.key.removeprefix("fold ")

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state is not None and self.state.is_over


@dataclass(frozen=True, slots=True)
class BestOfMean:
    """The best epoch of the mean over the folds, by the judge."""

    epoch: int
    spreads: dict[str, Spread]
    """Every metric of the held-out rows there, the judge first; in the target's own unit."""


@dataclass(frozen=True, slots=True)
class FoldsSeen:
    """All that is shown."""

    record: GroupRecord
    state: GroupState
    refusal: str
    """Why no run could be begun; empty where one was."""

    judge: str
    """The metric that decides what is best, by Keras's name."""

    unit: str | None
    """Of the target; None for a pure number, and for classes."""

    folds: tuple[FoldSeen, ...]
    """All that are asked for, in their order."""

    final: FoldSeen | None
    """The run on all rows, where it is asked for."""

    meant: int
    """How many folds the mean is of."""

    best: BestOfMean | None
    curves: FoldCurves
    metrics: tuple[str, ...]
    """Of the held-out rows, in the order in which they are shown one after the other."""

    share: float
    """Of the epochs of the whole that are done, from 0 to 1."""

    left: float
    """Seconds until the whole is done; NaN where that is not known."""

    notices: tuple[str, ...] = ()
    """What a person should know of the runs, each said once."""

    @property
    def trouble(self) -> tuple[str, str]:
        """Which fold failed first, and why; empty where none did."""
        failed = [one for one in self.folds if one.state is RunState.FAILED]
        if not failed:
            return "", ""
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        return f"{failed[0].key} failed{more}", failed[0].said or "its log has the reason"

    @property
    def has_begun(self) -> bool:
        """Whether a fold has done an epoch."""
        return any(one.epochs for one in self.folds)

    @property
    def how_far(self) -> str:
        """How many folds are finished."""
        said = f"{grouped(self.done)}/{counted(len(self.folds), 'fold')}"
        then = self.all_done and self.final is not None and self.state.goes_on
        return f"{said}, then all rows" if then else said

    @property
    def done(self) -> int:
        """How many folds are finished."""
        return sum(one.state is RunState.FINISHED for one in self.folds)

    @property
    def all_done(self) -> bool:
        """Whether every fold is finished."""
        return self.done == len(self.folds)
