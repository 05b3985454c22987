"""One thing that advice has found: what is wrong, the numbers behind it, what mends it.

Plain data: the process that trains makes it, whoever watches reads it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from kertasks.files import LARGEST
from kertasks.records import learn
from kertasks.text.json_numbers import Metrics, plain
from kertasks.text.plain_text import one_line

_LONGEST = 1_000
"""Characters of a text."""


class Severity(StrEnum):
    """How bad it is."""

    INFO = "info"
    """Worth knowing; nothing has to be done."""

    WARNING = "warning"
    """It will probably not learn what it could."""

    ERROR = "error"
    """It cannot learn, or the numbers mean nothing."""


class Fault(StrEnum):
    """Which part of a training is to be changed."""

    ACTIVATION = "activation"
    LOSS = "loss"
    OPTIMIZER = "optimizer"
    LEARNING_RATE = "learning-rate"
    EPOCHS = "epochs"
    BATCH_SIZE = "batch-size"
    LAYERS = "layers"
    INITIALIZER = "initializer"
    REGULARIZATION = "regularization"
    DATA = "data"
    LABELS = "labels"
    METRIC = "metric"
    VALIDATION = "validation"


FindingId: TypeAlias = tuple[str, int | None]
"""What a finding is known again by, in another recipe or later: its code and its layer."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, or worth knowing. Texts are cleaned as it is made: names in them
    may be a stranger's."""

    code: str
    """Which rule found it; the same for ever: ``"softmax-on-one-unit"``."""

    fault: Fault
    severity: Severity
    sentence: str
    """What is wrong, in one line."""

    layer: Annotated[int, Meta(ge=0, le=LARGEST)] | None = None
    """Place of the layer it is about, counted from 0 without the input; None for no single one."""

    numbers: Metrics = {}
    """What was measured, by name."""

    explanation: str = ""
    """Why that is so, and what to do."""

    patch: tuple[str, ...] = ()
    """Changes of the recipe that mend it, as ``--set`` takes them, in this order; empty where none
    is known."""

    labels_times: int = 1
    """What the labels are to be multiplied by for the patch to mend it: 1 but where class numbers
    were divided, which is to be undone in the data, as no recipe can."""

    def __post_init__(self) -> None:
        for name in ("code", "sentence", "explanation"):
            force_setattr(self, name, one_line(getattr(self, name), _LONGEST))
        numbers = {one_line(name): float(value) for name, value in self.numbers.items()}
        force_setattr(self, "numbers", numbers)
        force_setattr(self, "patch", tuple(one_line(change, _LONGEST) for change in self.patch))

    @property
    def id(self) -> FindingId:
        """What it is known again by."""
        return self.code, self.layer

    @property
    def fits_a_recipe(self) -> bool:
        """Whether its patch is one that a recipe can have."""
        return bool(self.patch) and self.labels_times == 1

    @property
    def is_alarm(self) -> bool:
        """Whether it is more than worth knowing."""
        return self.severity is not Severity.INFO

    @property
    def rank(self) -> int:
        """Its place by how bad it is: 0 for an error, the worst."""
        return _ORDER.index(self.severity)

    def __str__(self) -> str:
        return self.sentence


learn(Finding)


_ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Errors, then warnings, then the rest; those as bad as each other as they come."""
    return sorted(findings, key=lambda finding: finding.rank)


def findings_json(findings: Iterable[Finding]) -> bytes:
    """The findings as a JSON array; a number that is not finite is a word, as in events."""
    return msgspec.json.encode(plain(list(findings)))
