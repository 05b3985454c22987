"""The best epoch of a run, by the lowest validation loss, or training loss without one."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from kertasks.runs.epoch_block import EpochBlock
from kertasks.runs.event_reader import EventReader
from kertasks.runs.events import Epoch, Event, Planned, Started
from kertasks.runs.folder import RunFolder


class BestSoFar:
    """The best of the epochs it was given. Of two that are as good the earlier one is best."""

    def __init__(self) -> None:
        self.epoch: int | None = None
        """From 1; None while no epoch has a finite loss."""

        self.metrics: Mapping[str, float] = {}
        """Of that epoch."""

        self._loss = "loss"
        self._lowest = math.inf

    def take(self, event: Epoch) -> None:
        """Take an epoch, in any order."""
        if self._loss == "loss" and "val_loss" in event.metrics:
            self._loss, self._lowest = "val_loss", math.inf
        value = event.metrics.get(self._loss, math.inf)
        earlier = value == self._lowest and self.epoch is not None and event.epoch < self.epoch
        if value < self._lowest or earlier:
            self._lowest = value
            self.epoch, self.metrics = event.epoch, event.metrics

    def take_all(self, found: Sequence[Event | EpochBlock]) -> None:
        """Take the epochs among what was read; of a block only its best counts."""
        for event in found:
            if isinstance(event, Epoch):
                self.take(event)
            elif isinstance(event, EpochBlock):
                values = event.metrics.get("val_loss") or event.metrics.get("loss") or ()
                finite = [value for value in values if math.isfinite(value)]
                if finite:
                    self.take(event.epoch(values.index(min(finite))))


class RunSoFar:
    """What only all events of a run that goes on say; those that are new are read at each look."""

    def __init__(self, run: RunFolder) -> None:
        self.best = BestSoFar()
        self.planned: int | None = None
        """Epochs to train in all, as its trainer said last; None before it said so."""

        self._reader = EventReader(run.events_path)

    def look(self, slices: int | None = None) -> bool:
        """Read what is new; False while there is more to read.

        Args:
            slices: of the events file to read at most, ``event_reader.SLICE`` bytes each; all
                of them for None.
        """
        for _ in itertools.count() if slices is None else range(slices):
            found = self._reader.read_blocks()
            self.best.take_all(found)
            for event in found:
                if isinstance(event, Started | Planned):
                    self.planned = event.epochs
            if not self._reader.behind:
                return True
        return False
