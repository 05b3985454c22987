"""What each trial of a sweep tries, as ``trials.jsonl`` keeps it: written before a run of it
begins, so that whoever goes on with the sweep tries the same.

Beside it, ``over.json`` has what is found out when all trials are over.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec
from msgspec.structs import force_setattr

from kertasks.runs.event_file.events import Count, Ordinal
from kertasks.text.json_numbers import Number
from kertasks.text.plain_text import one_line

_TEXT = 1 << 14
"""Characters of a reason that are kept."""


class Tried(msgspec.Struct, frozen=True, tag_field="type", tag="trial"):
    """What a trial tries."""

    number: Ordinal
    values: tuple[str, ...]
    """One for each dimension, as ``--set`` takes it."""

    def __post_init__(self) -> None:
        if not all(map(str.isprintable, self.values)):
            raise ValueError("what is tried cannot be printed")


class GivenUp(msgspec.Struct, frozen=True, tag_field="type", tag="given up"):
    """A trial is not trained further."""

    number: Ordinal
    how: Literal["pruned", "failed"]
    reason: str
    rung: Count = 0
    """The one it had reached, from 0."""

    def __post_init__(self) -> None:
        force_setattr(self, "reason", one_line(self.reason, _TEXT))


TrialLine: TypeAlias = Tried | GivenUp


class Over(msgspec.Struct, frozen=True):
    """What was found out when all trials were over."""

    importance: dict[str, Number] = {}
    """By path, how much of the differences between trials it explains, all together 1. Empty where
    that cannot be told."""


# Learnt as the module is imported: see ``kertasks.groups.record``.
decode_trial_line = msgspec.json.Decoder(TrialLine).decode
decode_over = msgspec.json.Decoder(Over).decode
