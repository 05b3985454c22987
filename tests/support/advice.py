"""Findings, what trying their fixes gave, and a service that gives them as advice."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

from tests.support.recorded_service import RecordedService

from kertasks.errors import UserError
from kertasks.models.check import LayerCheck, ModelCheck
from kertasks.recipes.recipe import Recipe
from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.runs.advice.tried_fix import TriedFix
from kertui.service.adviser import Adviser

NARROW = Finding(
    code="narrow-hidden-layer",
    fault=Fault.LAYERS,
    severity=Severity.WARNING,
    layer=1,
    sentence="layer 1 has 2 units: with ReLUs half of the seeds lose one of them for good",
    explanation=(
        "What a narrow layer drops no later one gets back. Of 2 ReLUs both are off for a corner "
        "of the plane in most draws, and what is off gets no gradient."
    ),
    numbers={"units": 2, "dead units": 0.5},
    patch=("layers.1.units=8", "layers.0.units=8"),
)
SATURATED = Finding(
    code="saturated-output",
    fault=Fault.ACTIVATION,
    severity=Severity.ERROR,
    layer=3,
    sentence="softmax over one unit is always 1, whatever the network computes",
    explanation="For one yes-or-no answer the last layer takes sigmoid.",
    numbers={"units": 1},
    patch=("layers.3.activation=tanh",),
)
REPEATED = Finding(
    code="repeated-rows",
    fault=Fault.DATA,
    severity=Severity.INFO,
    sentence="32 000 rows repeat 4",
    explanation="Rows held out of them are among those trained on.",
    numbers={"distinct": 4, "rows": 32_000},
)
FINDINGS = (SATURATED, NARROW, REPEATED)
"""As of xor's recipe ``as asked``, the worst first; not all of them are true of it."""


def trial(finding: Finding, before: float = 0.5, after: float = 0.98, seeds: int = 3) -> TriedFix:
    """What trying the fix of a finding gave, on each seed the same."""
    return TriedFix(
        code=finding.code,
        layer=finding.layer,
        patch=finding.patch,
        metric="accuracy",
        rows="validation",
        seconds=3.0,
        before=(before,) * seeds,
        after=(after,) * seeds,
        least_gain=0.01,
    )


class PlainAdviser(Adviser):
    """Gives findings, when it is let, and trials that were made before.

    Args:
        cache_dir: as of any.
        findings: of a recipe.
    """

    def __init__(self, cache_dir: Path, findings: Callable[[Recipe], tuple[Finding, ...]]) -> None:
        super().__init__(cache_dir)
        self.findings = findings
        self.error: UserError | None = None
        """Why there is no advice."""

        self.asked: list[Recipe] = []
        self.trials: dict[str, TriedFix | UserError] = {}
        """What trying a fix gives, by the code of its finding."""

        self.tried_codes: list[str] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    @property
    def pid(self) -> int:
        """Its process is there."""
        return os.getpid()

    def advise(self, recipe: Recipe) -> tuple[Finding, ...]:
        self.asked.append(recipe)
        assert self.may_answer.wait(60)
        if self.error is not None:
            raise self.error
        self._advice[recipe] = self.findings(recipe)
        return self._advice[recipe]

    def try_fix(
        self, recipe: Recipe, finding: Finding, goes_on: Callable[[], bool]
    ) -> TriedFix | None:
        if not goes_on():
            return None
        self.tried_codes.append(finding.code)
        answer = self.trials[finding.code]
        if isinstance(answer, UserError):
            raise answer
        self._tried[recipe, finding.code, finding.layer, finding.patch] = answer
        return answer

    def close(self) -> None:
        self.may_answer.set()
        super().close()


def accept(recipe: Recipe) -> ModelCheck:
    """Keras's answer on any recipe: it can be trained."""
    layers = tuple(LayerCheck((2,), 6, 6) for _ in recipe.layers)
    return ModelCheck((2,), layers, 6 * len(layers), 6 * len(layers))


class AdvisedService(RecordedService):
    """A service whose spare accepts all recipes, and whose adviser has its answers already."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.spare = True
        self.plain = PlainAdviser(home / "cache", lambda _: FINDINGS)
        self.plain.trials = {
            SATURATED.code: trial(SATURATED),
            NARROW.code: trial(NARROW, after=0.5, seeds=1),
        }
        self.adviser = self.plain
        self.training = False
        """Whether a run of the session goes on."""

    @property
    def may_advise(self) -> bool:
        return True

    def start_spare(self) -> None:
        """Start nothing."""

    def check(self, recipe: Recipe) -> ModelCheck:
        return accept(recipe)

    def is_training(self) -> bool:
        return self.training
