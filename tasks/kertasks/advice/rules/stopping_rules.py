"""What ends a training early: whether there is anything to watch, and which way."""

from __future__ import annotations

from collections.abc import Iterator

from kertasks.advice.facts import Facts
from kertasks.runs.advice.finding import Fault, Finding, Severity


def what_stopping_watches(facts: Facts) -> Iterator[Finding]:
    """What the check says of early stopping, in its own words."""
    for fact in facts.checked:
        if fact.about == "monitor":
            is_direction = fact.path.endswith("mode")
            yield Finding(
                code="check-monitor",
                fault=Fault.METRIC if is_direction else Fault.VALIDATION,
                severity=Severity.ERROR if fact.refused else Severity.WARNING,
                sentence=fact.reason,
                explanation="Of most metrics Keras knows whether small or large is better; of the "
                "others it must be told, and it watches only what each epoch tells.",
            )


def stops_at_the_worst(facts: Facts) -> Iterator[Finding]:
    """Early stopping that takes the worst epoch for the best."""
    stopping = facts.stopping
    if stopping is None or not stopping.better or stopping.mode not in ("min", "max"):
        return
    if stopping.mode != stopping.better:
        sizes = {"min": "small", "max": "large"}
        yield Finding(
            code="stops-at-the-worst",
            fault=Fault.METRIC,
            severity=Severity.ERROR,
            sentence=f"early stopping waits for a {sizes[stopping.mode]} {stopping.monitor}, of "
            f"which {sizes[stopping.better]} is better: it keeps the worst epoch",
            explanation="mode = auto is right for it.",
            patch=("fit.early_stopping.mode=auto",),
        )
