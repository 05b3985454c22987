"""Numbers as JSON has them: one that is not finite is a word, so that every text is valid JSON."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

if TYPE_CHECKING:
    Number: TypeAlias = float
    Metrics: TypeAlias = Mapping[str, float]
    """By Keras's names: ``loss``, ``accuracy``, ``val_loss``, …"""
else:
    # What is not finite is a string in JSON, and a float from __post_init__ on.
    Number = float | Literal["nan", "inf", "-inf"]
    Metrics = dict[str, Number]


def plain(record: Any, left_out: Collection[str] = ()) -> Any:
    """A struct, or a container of some, as what JSON is made of, with ``"nan"``, ``"inf"`` and
    ``"-inf"``.

    Args:
        record: what is to be written.
        left_out: fields that are not written where they are None.
    """
    # NumPy's float64 is a float too, which msgspec does not know.
    return _in_words(msgspec.to_builtins(record, enc_hook=float), left_out)


def _in_words(value: Any, left_out: Collection[str]) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case tuple() | list():
            return [_in_words(each, left_out) for each in value]
        case Mapping():
            return {
                name: _in_words(each, left_out)
                for name, each in value.items()
                if each is not None or name not in left_out
            }
    return value
