"""Of which epoch a file of weights is: the file itself says so, beside what Keras keeps in it."""

from __future__ import annotations

import math
import os
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import msgspec

from kertasks.files import open_regular
from kertasks.records import learn
from kertasks.runs.event_file.events import Count
from kertasks.text.json_numbers import Metrics

MEMBER = "kertui.json"
"""In the zip file that a ``.keras`` file is. Keras passes it over."""

_MOST = 1 << 16
"""Bytes of it that are read."""


class WeightsEpoch(msgspec.Struct, frozen=True):
    """The moment of a training whose weights a file holds."""

    epoch: Count
    """Whole epochs they have seen."""

    step: Count = 0
    """Batches of the epoch after them."""

    metrics: Metrics = {}
    """What was measured in that epoch, by Keras's names; empty where it is not known."""


learn(WeightsEpoch)


def say_epoch(path: Path, of: WeightsEpoch) -> None:
    """Write into a ``.keras`` file of which epoch it is.

    Raises:
        OSError: it cannot be written.
    """
    metrics = {n: v if math.isfinite(v) else str(v) for n, v in of.metrics.items()}
    plain = {"epoch": of.epoch, "step": of.step, "metrics": metrics}
    with ZipFile(path, "a") as archive:
        archive.writestr(MEMBER, msgspec.json.encode(plain))


def read_epoch(path: Path) -> WeightsEpoch | None:
    """Of which epoch a ``.keras`` file says it is; None where it does not say, or is not there."""
    try:
        with (
            os.fdopen(open_regular(path), "rb") as file,
            ZipFile(file) as archive,
            archive.open(MEMBER) as member,
        ):
            found = msgspec.json.decode(member.read(_MOST), type=WeightsEpoch)
    except (OSError, BadZipFile, KeyError, ValueError, NotImplementedError, RuntimeError):
        return None
    metrics = {name: float(value) for name, value in found.metrics.items()}
    return WeightsEpoch(found.epoch, found.step, metrics)
