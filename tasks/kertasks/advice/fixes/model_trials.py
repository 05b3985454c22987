"""``kertasks.try_fix``: a fix of any compiled model, tried by training it without and with."""

from __future__ import annotations

import logging
import math
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from kertasks.advice.checking import Rows, check, how_to_train, require_checkable
from kertasks.advice.fixes.measuring import Asked, measure_for, measured
from kertasks.advice.fixes.patched_model import CannotPatch, patched_model
from kertasks.advice.keras_training import fit, predict
from kertasks.advice.network.network_reading import compile_facts
from kertasks.advice.patches import completed
from kertasks.advice.rule_table import SHOWN_ALONE
from kertasks.advice.watch import Watch
from kertasks.data.splits import Split
from kertasks.errors import UserError
from kertasks.models.messages import one_line
from kertasks.runs.advice.finding import Finding
from kertasks.runs.advice.tried_fix import TriedFix

_LOG = logging.getLogger("kertasks.advice")


_CHECKED = ("batch_size", "epochs", "validation_split")


class NothingToTry(UserError):
    """A finding has no patch."""


class TrainedModel:
    """A model that was trained for a trial.

    Args:
        model: the network, in its last state.
        steps: how many it took.
        failed: why it could not be trained; empty where it was. It then answers untrained.
    """

    def __init__(self, model: keras.Model, steps: int, failed: str) -> None:
        self.model = model
        self.steps = steps
        self.failed = failed

    def predict(self, x: Any, batch_size: int | None = None) -> Any:
        """What it says of rows as they were given to ``try_fix``, in the labels' own form and
        unit: numbers as the targets are; of classes a column a class, or one for yes and no.

        Whatever a fix scales stands in the network itself, so that nothing is to be turned back.
        """
        return predict(self.model, x, batch_size)


class FixTrial:
    """A training without a fix and one with it.

    Args:
        before: trained as it was.
        after: trained with the fix.
        tried: what was changed, and what came of it.
    """

    def __init__(self, before: TrainedModel, after: TrainedModel, tried: TriedFix) -> None:
        self.before = before
        self.after = after
        self.tried = tried

    def __str__(self) -> str:
        return str(self.tried)


def try_fix(
    model: keras.Model,
    x: Any,
    y: Any,
    finding: Finding,
    *,
    seconds: float = 5.0,
    seed: int = 0,
    batch_size: int | None = None,
    epochs: int = 1,
    validation_data: tuple[Any, Any] | None = None,
    validation_split: float = 0.0,
    **others: Any,
) -> FixTrial:
    """Try the patch of a finding by training: the same model without and with it.

    Both are trained from fresh weights, drawn from the same seed, on the same rows in the same
    order, for the same time or until their epochs are over. Where the patch alone shows no gain it
    is tried along with those of all that is then still wrong: two faults hide each other's fix.
    The model itself is left as it was, and so are the global seeds.

    Args:
        model, x, y, batch_size, epochs, validation_data, validation_split: as for
            ``kertasks.check``.
        finding: one that ``check`` or ``diagnose`` gave for them, with a patch.
        seconds: how long each is trained at most; what compiling takes is not counted.
        seed: of the weights, of Dropout and of the order of the rows. Layers that do not learn
            keep the model's weights.
        others: further arguments of ``fit``; ``class_weight``, ``sample_weight`` and ``shuffle``
            are taken.

    Returns:
        What was trained, to ask whatever one likes, and what was measured: on the rows held out,
        without any on those trained on.

    Raises:
        NothingToTry: the finding has no patch.
        TypeError: ``fit`` has no argument of such a name.
        CannotPatch: the model cannot be built anew. With a patch that it cannot have, ``after``
            says so by ``failed`` and answers as the model does untrained.
        kertasks.NothingToCheck: as ``check``.
    """
    if not finding.patch:
        raise NothingToTry(f"{finding.code} has no patch to try")
    require_checkable(model, Split(x, y))
    given = {"batch_size": batch_size, "epochs": epochs, "validation_split": validation_split}
    trials = _Trials(model, x, y, given | how_to_train(others), validation_data, seconds, seed)
    before = trials.train(())
    found = trials.trial(before, finding, finding.patch)
    if found.tried.helps or finding.fault in SHOWN_ALONE:
        return found
    try:
        with_others = trials.trial(before, finding, trials.completed(finding))
    except UserError:
        _LOG.info("the patches cannot be tried together", exc_info=True)
        return found
    return with_others if with_others.tried.helps else found


class _Trials:
    """Trains a model with changes.

    Args:
        model: whose changes are tried.
        x, y: the rows that were given.
        given: arguments of ``fit``.
        validation_data: features and targets to measure on; None for none.
        seconds: how long each is trained.
        seed: of each.
    """

    def __init__(
        self,
        model: keras.Model,
        x: Any,
        y: Any,
        given: dict[str, Any],
        validation_data: Any,
        seconds: float,
        seed: int,
    ) -> None:
        self._model = model
        self._x, self._y = x, y
        self._given = given
        self._validation_data = validation_data
        self._seconds = seconds
        self._seed = seed

    def _rows(self, given: dict[str, Any]) -> Rows:
        return Rows.of(self._x, self._y, self._validation_data, given["validation_split"])

    def train(self, patch: tuple[str, ...], labels_times: int = 1) -> TrainedModel:
        """The model with changes, trained."""
        patched = patched_model(self._model, patch, self._seed)
        asked = self._given | patched.fit
        trained = self._rows(asked).trained
        del asked["validation_split"]  # what is held out is not asked while it trains
        if asked.get("sample_weight") is not None:
            asked["sample_weight"] = asked["sample_weight"][: trained.rows]
        watch = Watch(self._seconds, with_compiling=False)
        failed = ""
        try:
            fit(
                patched.model,
                trained.x,
                _class_numbers(trained.y, labels_times),
                **asked,
                callbacks=[watch],
                seed=self._seed,
            )
        except Exception as error:  # Keras's, of a model that does not fit its rows
            _LOG.info("a model cannot be trained in a trial", exc_info=True)
            failed = one_line(error)
        return TrainedModel(patched.model, watch.steps, failed)

    def completed(self, finding: Finding) -> tuple[str, ...]:
        """Its patch with those of all that is wrong with the model that has it."""

        def alarms_with(patch: tuple[str, ...]) -> list[Finding]:
            patched = patched_model(self._model, patch, self._seed)
            given = {name: value for name, value in self._given.items() if name in _CHECKED}
            y = _class_numbers(np.asarray(self._y), finding.labels_times)
            held_out = self._validation_data
            return check(patched.model, self._x, y, **given | patched.fit, validation_data=held_out)

        return completed(finding.patch, alarms_with)

    def trial(self, before: TrainedModel, finding: Finding, patch: tuple[str, ...]) -> FixTrial:
        """Train with a patch, and hold it against what was trained without."""
        times = finding.labels_times
        try:
            after = self.train(patch, times)
        except CannotPatch as error:
            unchanged = patched_model(self._model, (), self._seed).model
            after = TrainedModel(unchanged, 0, str(error))
        rows = self._rows(self._given)
        asked = Asked.of(rows.trained, rows.held_out)
        asked = asked._replace(y=_class_numbers(asked.y, times))
        losses = tuple(compile_facts(each.model).loss for each in (before, after))
        measure = measure_for(_class_numbers(rows.trained.y, times), losses)

        def result(of: TrainedModel, answers_times: int) -> float:
            if of.failed:
                return math.nan
            return measured(of.model, asked, measure, answers_times=answers_times)

        tried = TriedFix(
            code=finding.code,
            layer=finding.layer,
            patch=patch,
            metric=measure.metric,
            rows=asked.name,
            seconds=self._seconds,
            before=(result(before, times),),
            after=(result(after, 1),),
            least_gain=measure.least_gain,
        )
        return FixTrial(before, after, tried)


def _class_numbers(y: NDArray[Any], labels_times: int) -> NDArray[Any]:
    """Labels that were divided, as whole numbers again; others as they are."""
    return y if labels_times == 1 else np.round(y * labels_times)
