"""What each trial of a sweep tries, as ``trials.jsonl`` keeps it: written before a run of it
begins, so that whoever goes on with the sweep tries the same.

Beside it, ``over.json`` has what is found out when all trials are over.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from kertasks.runs.events import Count, Ordinal
from kertasks.text.json_numbers import Number


class Tried(msgspec.Struct, frozen=True, tag_field="type", tag="trial"):
    """What a trial tries."""

    number: Ordinal
    values: tuple[str, ...]
    """One for each dimension, as ``--set`` takes it."""


class GivenUp(msgspec.Struct, frozen=True, tag_field="type", tag="given up"):
    """A trial is not trained further."""

    number: Ordinal
    how: Literal["pruned", "failed"]
    reason: str
    rung: Count = 0
    """The one it had reached, from 0."""


TrialLine: TypeAlias = Tried | GivenUp


class Over(msgspec.Struct, frozen=True):
    """What was found out when all trials were over."""

    importance: dict[str, Number] = {}
    """By path, how much of the differences between trials it explains, all together 1. Empty where
    that cannot be told."""


# Learnt as the module is imported: see ``kertasks.groups.record``.
decode_trial_line = msgspec.json.Decoder(TrialLine).decode
decode_over = msgspec.json.Decoder(Over).decode
