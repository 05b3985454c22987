"""What a screen shows of a sweep at one moment: plain records, made in a thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kertasks.groups.folder import GroupState
from kertasks.groups.record import GroupRecord
from kertasks.groups.sweep.effects import Effect, PairEffect
from kertasks.groups.sweep.results import SweepResults, TrialState
from kertasks.text.numbers import counted, grouped
from kertui.plotting.curves.fold_plot import FoldCurves
from kertui.plotting.curves.lines import Point


@dataclass(frozen=True, slots=True)
class EffectsSeen:
    """What the settings do, over the trials that are finished."""

    effects: tuple[Effect, ...] = ()
    pairs: tuple[PairEffect, ...] = ()
    importance: Mapping[str, float] = field(default_factory=dict)
    """Of each setting by its path, all together 1; empty before all trials are over."""


@dataclass(frozen=True, slots=True)
class TrialsSeen:
    """All that is shown."""

    record: GroupRecord
    state: GroupState
    refusal: str
    """Why no run could be begun; empty where one was."""

    results: SweepResults
    unit: str | None
    """Of the target; None for a pure number, and for classes."""

    parts: int
    """Runs of each trial."""

    curves: FoldCurves
    """Of the trials that are drawn, in the order of the ranking; thick that of the best."""

    sparks: tuple[tuple[Point, ...], ...]
    """The same curves by the judge, thinned to a few places."""

    effects: EffectsSeen
    metrics: tuple[str, ...]
    share: float
    """Of the runs that are done, from 0 to 1."""

    left: float
    """Seconds until the whole is done; NaN where that is not known."""

    has_begun: bool
    device_words: Mapping[str, str]
    """What tells the devices apart that runs were trained on; empty where it is one."""

    notices: tuple[str, ...] = ()

    @property
    def trouble(self) -> tuple[str, str]:
        """How many trials failed, and why the first did; empty where none did."""
        failed = [one for one in self.results.ranking if one.state is TrialState.FAILED]
        if not failed:
            return "", ""
        return f"{counted(len(failed), 'trial')} failed", failed[0].reason

    @property
    def how_far(self) -> str:
        """How many trials are over."""
        return f"{grouped(self.results.over)}/{counted(self.results.asked, 'trial')}"
