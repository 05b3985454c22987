"""Whether the runs of a group can be trained at all: Keras is asked before there is any."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kertasks.groups.folder import Refusal
from kertasks.groups.machines import Trainer
from kertasks.groups.plan import PlannedRun
from kertasks.models.check import ModelCheck
from kertasks.models.messages import BuildError
from kertasks.processes.trainer_process import RequestFailed
from kertasks.recipes.json_form import to_json


def refusal_of(trainer: Trainer, candidates: Sequence[PlannedRun]) -> Refusal | None:
    """Why Keras takes none of the runs that all could begin with; None where it takes one, or
    there are different reasons, which each run tells by itself.

    Raises:
        TrainerGone: the trainer was killed.
    """
    refusal: Refusal | None = None
    for candidate in candidates:
        found = _refusal(trainer, candidate)
        if found is None or (refusal is not None and found != refusal):
            return None
        refusal = found
    return refusal


def _refusal(trainer: Trainer, planned: PlannedRun) -> Refusal | None:
    try:
        answer = trainer.request("check", recipe=to_json(planned.recipe), then_train=True)
    except RequestFailed as error:
        return Refusal(str(error), is_wrong_recipe=error.error_class == "CannotFold")
    found = msgspec.convert(answer, ModelCheck)
    if not found.errors:
        return None
    first, *more = found.errors
    return Refusal(str(BuildError(first.path, first.reason, *more)), is_wrong_recipe=True)
