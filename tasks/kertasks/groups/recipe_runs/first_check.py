"""Whether the runs of a group can be trained at all: Keras is asked before there is any."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from kertasks.groups.folder import Refusal
from kertasks.groups.machines import Trainer
from kertasks.groups.plan import PlannedRun
from kertasks.models.check import ModelCheck, ToldMetrics
from kertasks.models.messages import BuildError
from kertasks.processes.trainer_process import RequestFailed
from kertasks.recipes.json_form import to_json


def refusal_of(
    trainer: Trainer, candidates: Sequence[PlannedRun], why_not: Callable[[ToldMetrics], str]
) -> Refusal | None:
    """Why Keras takes none of the runs that all could begin with; None where it takes one, or
    there are different reasons, which each run tells by itself.

    Args:
        trainer: that has Keras.
        candidates: the runs.
        why_not: says why a run is of no use that tells of such metrics; empty where it is.

    Raises:
        TrainerGone: the trainer was killed.
    """
    refusal: Refusal | None = None
    for candidate in candidates:
        found = _refusal(trainer, candidate, why_not)
        if found is None or (refusal is not None and found != refusal):
            return None
        refusal = found
    return refusal


def _refusal(
    trainer: Trainer, planned: PlannedRun, why_not: Callable[[ToldMetrics], str]
) -> Refusal | None:
    try:
        answer = trainer.request("check", recipe=to_json(planned.recipe), then_train=True)
    except RequestFailed as error:
        return Refusal(str(error), is_wrong_recipe=error.error_class == "CannotFold")
    found = msgspec.convert(answer, ModelCheck)
    if not found.errors:
        why = why_not(found.told)
        return Refusal(why, is_wrong_recipe=True) if why else None
    first, *more = found.errors
    return Refusal(str(BuildError(first.path, first.reason, *more)), is_wrong_recipe=True)
