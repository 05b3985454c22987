"""What a person asks of ``fit``, in one value that can be handed from one way to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kertasks.fitting.pace import CALL_SECONDS
from kertasks.fitting.rows.row_order import Shuffle


@dataclass(frozen=True, slots=True)
class FitRequest:
    """The arguments of ``kertasks.fit``, under the names ``model.fit`` has for them."""

    x: Any
    y: Any = None
    batch_size: int | None = None
    epochs: int = 1
    verbose: str | int = "auto"
    callbacks: Any = None
    validation_split: float = 0.0
    validation_data: Any = None
    shuffle: Shuffle = True
    class_weight: dict[int, float] | None = None
    sample_weight: Any = None
    initial_epoch: int = 0
    initial_step: int = 0
    """Batches of the first epoch that are done already."""

    planned_epochs: int | None = None
    """What decides about XLA instead of ``epochs``, where that is only a limit."""

    steps_per_epoch: int | None = None
    validation_steps: int | None = None
    validation_batch_size: int | None = None
    validation_freq: int | list[int] = 1
    seed: int = 0
    memory_limit: int | None = None
    """Bytes of rows that may lie on the device; more are streamed."""

    call_seconds: float = CALL_SECONDS
    """How long one compiled call may take."""

    xla: bool | None = None
    """Whether to use XLA; None leaves it to ``is_xla_worth_it``."""
