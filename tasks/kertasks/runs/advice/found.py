"""What was found in a run so far, as its events tell it."""

from __future__ import annotations

from kertasks.runs.advice.finding import Finding, FindingId, worst_first

_MOST = 1_000
"""Findings that are listened to; a trainer tells a handful."""


class FoundInRun:
    """Keeps the findings of a run: each code of each layer once, until it is said not to hold any
    more, or its epoch is trained anew."""

    def __init__(self) -> None:
        self._told: list[tuple[int, Finding, bool]] = []
        self._latest = -1
        """The greatest epoch of those."""

        self._found: tuple[tuple[int, Finding], ...] | None = ()
        """None where it is to be counted anew."""

    def tell(self, epoch: int, finding: Finding, *, holds: bool = True) -> None:
        """Take what was told: that a finding holds, or that it does not any more."""
        if len(self._told) < _MOST:
            self._told.append((epoch, finding, holds))
            self._latest = max(self._latest, epoch)
            self._found = None

    def take_back(self, epoch: int) -> None:
        """Forget what was told at that epoch, from 1, or a later one."""
        if epoch <= self._latest:
            self._told = [told for told in self._told if told[0] < epoch]
            self._latest = max((told[0] for told in self._told), default=-1)
            self._found = None

    @property
    def findings(self) -> tuple[tuple[int, Finding], ...]:
        """Those that hold, each with the epoch it was found at; the newest last."""
        if self._found is None:
            found: dict[FindingId, tuple[int, Finding]] = {}
            for epoch, finding, holds in self._told:
                found.pop(finding.id, None)
                if holds:
                    found[finding.id] = (epoch, finding)
            self._found = tuple(found.values())
        return self._found

    @property
    def alarm(self) -> Finding | None:
        """The worst of them that is more than worth knowing, of several the one told first."""
        alarms = worst_first(finding for _, finding in self.findings if finding.is_alarm)
        return alarms[0] if alarms else None
