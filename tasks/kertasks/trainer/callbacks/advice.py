"""The Keras callback that says what goes wrong while a network is trained."""

from __future__ import annotations

import logging
import math
import time
import traceback
import warnings
from array import array
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import keras

from kertasks.advice.network.backends import compiles
from kertasks.advice.network.trained_network import ROWS_LOOKED_AT, Curve
from kertasks.advice.running_advice import Depth, RunningAdvice
from kertasks.data.dataset import Dataset
from kertasks.runs.advice.finding import Finding, FindingId, Severity
from kertasks.runs.advice.found import FoundInRun
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import Advised
from kertasks.runs.history import RunHistory
from kertasks.trainer.callbacks.event_writer import EventWriter

_LOG = logging.getLogger("kertasks.advice")

_SHARES = {Depth.OUTPUTS: 0.005, Depth.GRADIENTS: 0.003}
"""Of the training's time that looks may take, but for the last one at the outputs."""

_LEAST = {Depth.OUTPUTS: 0.04, Depth.GRADIENTS: 0.25}
"""Seconds that there must be for a look: what the first takes with the smallest network."""

_FIRST_SHARES = {Depth.OUTPUTS: 0.01, Depth.GRADIENTS: 0.006}
"""Of the training's time until then that the first look may take where it is compiled: the others
take little after that."""

_FIRST_LEAST = {Depth.OUTPUTS: 0.15, Depth.GRADIENTS: 0.5}
"""Seconds that there must be for it, as above."""

_FIRST_OF_COMPILING = {Depth.OUTPUTS: 0.25, Depth.GRADIENTS: 0.8}
"""How long it takes, in times of what compiling took in the training's own first epoch: JAX, small
networks of dense, convolutional and recurrent layers."""

_WAIT = 0.05
"""Seconds between two looks at the clock's account: thousands of epochs a second need no more."""

_SURE = 2
"""Looks in a row that must say the same, but of an error: a curve that is level for a moment is no
finding."""

_EARLIEST = 0.1
"""Share of the planned epochs before which only errors are said: most networks begin slowly."""

_PATIENCE = 60.0
"""Seconds of training after which anything is said, however many epochs are planned."""

_OFTEN = 3
"""How often one thing is said at most, should it come and go."""


class Advice(keras.callbacks.Callback):  # type: ignore[misc]  # keras carries no types
    """Has the rules look at the run's curve, and at what its network computes, where epochs end;
    writes what they find, once, and that it does not hold any more.

    It changes nothing of the network, its metrics or its seeds. Measured on one core: 0.4 µs an
    epoch, 16 bytes an epoch are kept.

    Args:
        log: where findings go.
        writer: knows which epochs are done; comes before this.
        data: what the network is trained on, validation rows included.
        batch_size: rows a step.
        told: what the log has already, from an earlier process.
        planned: how many epochs are planned now.
        trained: for how many seconds it was trained until now.
        tells_all: whether to tell too what was wrong before the training, as nobody else does.
        ends_with_outputs: asked at the end, whether the network is worth a last look beyond its
            share of the time.
    """

    async_safe = True

    def __init__(
        self,
        log: EventLog,
        writer: EventWriter,
        data: Dataset,
        batch_size: int,
        told: RunHistory,
        planned: Callable[[], int],
        trained: Callable[[], float],
        *,
        tells_all: bool = False,
        ends_with_outputs: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__()
        self._log = log
        self._writer = writer
        self._data = data
        self._batch_size = batch_size
        self._planned = planned
        self._trained = trained
        self._tells_all = tells_all
        self._ends_with_outputs = ends_with_outputs
        self._told = told
        self._found = FoundInRun()
        for epoch, finding in told.findings:
            self._found.tell(epoch, finding)
        self._losses: array[float] = array("d")
        self._validation_losses: array[float] = array("d")
        self._advice: RunningAdvice | None = None
        self._fails = False
        """Whether looking came to an error of ours: it is not tried again."""

        self._was_finite = True
        self._is_ahead = False
        """Whether an earlier process told of epochs that this one trains anew."""

        self._before = 0
        """Epochs that an earlier process trained."""

        self._began = 0.0
        self._first_took = 0.0
        """Seconds of this process's first epoch."""

        self._not_before = 0.0
        """When there may be time for a look again, by ``perf_counter``."""

        self._spent = dict.fromkeys(Depth, 0.0)
        """Seconds that looks took."""

        self._took: dict[Depth, float] = {}
        """Seconds that the last one took."""

        self._depths: dict[FindingId, Depth] = {}
        """The least depth at which each finding was seen."""

        self._seen: Counter[FindingId] = Counter()
        """In how many looks in a row each finding was there that is not told."""

        self._missed: Counter[FindingId] = Counter()
        """In how many looks in a row each finding was not there that is told."""

        self._said: Counter[FindingId] = Counter()

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Take the curve of an earlier process."""
        done = self._writer.epochs
        self._losses = self._told.column("loss")[:done]
        self._validation_losses = self._told.column("val_loss")[:done]
        self._fails = len(self._losses) != done  # a part of the log is gone
        self._was_finite = self._writer.not_finite_since is None
        self._before = done
        self._is_ahead = any(epoch > done for epoch, _ in self._told.findings)
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Keep the losses of an epoch; look where it is time to, or where they are no numbers."""
        writer = self._writer
        done = writer.last
        if writer.epochs != epoch + 1 or done is None:
            return
        metrics = done.metrics
        if len(self._losses) == self._before:
            self._first_took = done.seconds
        self._losses.append(metrics.get("loss", math.nan))
        if "val_loss" in metrics:
            self._validation_losses.append(metrics["val_loss"])
        if self._is_ahead and not writer.replays:  # what was told from this epoch on is void
            self._is_ahead = False
            self._found.take_back(writer.epochs)
        if self._was_finite and writer.not_finite_since is not None:
            self._was_finite = False
            self._look(Depth.CURVE)
        elif time.perf_counter() >= self._not_before and (depth := self._due()) is not None:
            self._look(depth)

    def note(self, logs: Mapping[str, Any] | None) -> bool:
        """Keep the losses of an epoch of which nobody was told yet; as quick as can be.

        Returns:
            Whether that is done. Else the epoch is to be told of, and ``on_epoch_end`` is called:
            it is time to look, or the losses are no numbers.
        """
        found = logs or {}
        loss = float(found.get("loss", math.nan))
        validation = found.get("val_loss")
        if self._was_finite and not math.isfinite(loss + float(validation or 0.0)):
            return False
        if time.perf_counter() >= self._not_before and self._due() is not None:
            return False
        self._losses.append(loss)
        if validation is not None:
            self._validation_losses.append(float(validation))
        return True

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Look a last time."""
        depth = self._due()
        if depth is None:
            depth = Depth.OUTPUTS if self._ends_with_outputs() else Depth.CURVE
        if any(one.id not in self._depths for _, one in self._found.findings):
            # An earlier trainer told of it: only where all is looked at it is known to be gone.
            depth = Depth.GRADIENTS
        self._look(depth, is_last=True)

    @property
    def alarm(self) -> Finding | None:
        """The worst of what was found and holds, where that is more than worth knowing."""
        return self._found.alarm

    @property
    def spent(self) -> float:
        """Seconds that all looks took."""
        return sum(self._spent.values())

    def end_early(self) -> None:
        """Say what the curve of a training that failed has shown until then."""
        self._look(Depth.CURVE, is_last=True)

    def _due(self) -> Depth | None:
        """How much can be looked at now within its share of the time; None for nothing."""
        now = time.perf_counter()
        elapsed = now - self._began
        # To ask a network for a row takes no longer than to train it on one, save for small ones.
        rows = self._data.train.rows * (len(self._losses) - self._before)
        expected = elapsed * ROWS_LOOKED_AT / max(1, rows)
        for depth, share in sorted(_SHARES.items(), reverse=True):
            if depth not in self._took and compiles():
                left = _FIRST_SHARES[depth] * elapsed
                takes = _FIRST_OF_COMPILING[depth] * self._compiling(elapsed) + expected
                takes = max(_FIRST_LEAST[depth], takes)
            else:
                left = share * elapsed - self._spent[depth]
                takes = max(_LEAST[depth], self._took.get(depth, expected))
            if left >= takes:
                return depth
        self._not_before = now + _WAIT
        return None

    def _compiling(self, elapsed: float) -> float:
        """Seconds by which this process's first epoch took longer than the others.

        Args:
            elapsed: since the training began.
        """
        others = len(self._losses) - self._before - 1
        if others < 1:
            return self._first_took
        return max(0.0, self._first_took - (elapsed - self._first_took) / others)

    def _look(self, depth: Depth, *, is_last: bool = False) -> None:
        if self._fails or not self._losses:
            return
        began = time.perf_counter()
        try:
            with warnings.catch_warnings():  # of numbers that are none: that is what is found
                warnings.simplefilter("ignore")
                found = self._findings(depth)
        except Exception:  # what cannot be looked at is no reason to end a training
            self._fails = True
            with suppress(OSError):
                traceback.print_exc()
            return
        self._take(found, depth, is_last=is_last)
        took = time.perf_counter() - began
        self._spent[depth] += took
        is_compiled = depth not in self._took and compiles()
        self._took[depth] = 0.0 if is_compiled else took  # the next one takes much less

    def _findings(self, depth: Depth) -> list[Finding]:
        if self._advice is None:
            self._advice = RunningAdvice(
                self.model, self._data, self._batch_size, tells_all=self._tells_all
            )
        epochs, last = len(self._losses), self._writer.last
        steps = epochs * math.ceil(self._data.train.rows / self._batch_size)
        curve = Curve(self._trained(), epochs, steps, self._losses, self._validation_losses)
        rate = None if last is None else last.learning_rate
        return self._advice.findings(curve, self._planned(), rate, depth)

    def _take(self, found: list[Finding], depth: Depth, *, is_last: bool) -> None:
        """Say what is to be said of what a look has found.

        Args:
            found: all that it found.
            depth: how much it looked at.
            is_last: whether it was the last look, after which nothing can be awaited.
        """
        epoch = len(self._losses)
        is_early = epoch < _EARLIEST * self._planned() and self._trained() < _PATIENCE
        there = {finding.id: finding for finding in found}
        told = {one.id: (at, one) for at, one in self._found.findings}
        for key, finding in there.items():
            self._missed.pop(key, None)
            self._seen[key] += 1
            self._depths[key] = min(depth, self._depths.get(key, depth))
            is_sure = self._seen[key] >= _SURE and not is_early
            if key in told:
                # At the end a finding may have another fix: of how many epochs are to follow.
                is_new = is_last and told[key][1].patch != finding.patch
            else:
                is_new = is_last or is_sure or finding.severity is Severity.ERROR
            if is_new:
                self._say(finding)
        # What is seen in gradients alone is not gone because they were not looked at.
        missed = [
            key
            for key in (told.keys() | self._seen.keys()) - there.keys()
            if depth >= self._depths.get(key, Depth.GRADIENTS)
        ]
        for key in missed:
            self._seen.pop(key, None)
            if key not in told or told[key][0] > epoch:
                continue
            self._missed[key] += 1
            if is_last or self._missed[key] >= _SURE:
                self._say(told[key][1], holds=False)

    def _say(self, finding: Finding, *, holds: bool = True) -> None:
        if holds:
            self._said[finding.id] += 1
            if self._said[finding.id] > _OFTEN:
                return
        epoch = len(self._losses)
        self._found.tell(epoch, finding, holds=holds)
        event = Advised(time.time(), epoch, finding, holds)
        self._log.add(event)
        _LOG.warning("%s", event)
