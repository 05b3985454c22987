"""What a later process needs to go on with a training as if it had never been interrupted.

One file of plain arrays, readable without running anything from it, replaced by rename: a
reader finds the one before or this one, never half of it.
"""

from __future__ import annotations

import json
import math
import os
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import keras
import ml_dtypes  # noqa: F401 - gives NumPy the name bfloat16
import numpy as np
from numpy.typing import NDArray

from kertasks.errors import UserError
from kertasks.files import open_regular, replacing
from kertasks.text.error_text import described
from kertasks.trainer.weights.held_weights import Arrays

_VERSION = 1


class CheckpointDamaged(UserError):
    """A run's checkpoint cannot be read, or is of another network."""


@dataclass(frozen=True, slots=True)
class TrainingPosition:
    """How far a training is."""

    epoch: int
    """Whole epochs that are done."""

    step: int = 0
    """Batches that are done of the epoch after them."""


@dataclass(frozen=True, slots=True)
class BestState:
    """What is known of the best epoch."""

    epoch: int | None = None
    """The best one, from 1, as ``kertasks.runs.best_epoch`` says."""

    metrics: dict[str, float] | None = None
    """What was measured in the best epoch, by Keras's names."""

    kept: int | None = None
    """The epoch whose weights are held, from 1; an earlier version's may not be the best one."""

    weights: Arrays = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StoppingState:
    """What Keras's ``EarlyStopping`` counted so far."""

    wait: int
    stopped_epoch: int
    best_epoch: int
    best: float | None
    weights: Arrays = field(default_factory=list)

    @classmethod
    def of(cls, stopping: keras.callbacks.EarlyStopping) -> StoppingState:
        """The state of a callback."""
        return cls(
            wait=stopping.wait,
            stopped_epoch=stopping.stopped_epoch,
            best_epoch=stopping.best_epoch,
            best=None if stopping.best is None else float(stopping.best),
            weights=list(stopping.best_weights or []),
        )

    def restore(self, stopping: keras.callbacks.EarlyStopping) -> None:
        """Let a callback go on counting; after its own ``on_train_begin``, which begins anew."""
        for name, value in _without_weights(self).items():
            setattr(stopping, name, value)
        stopping.best_weights = list(self.weights) or None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a training at one position."""

    position: TrainingPosition
    planned: int
    """Epochs to train in all."""

    over: bool
    """Whether nothing is left to train: it ended by its plan or by early stopping."""

    variables: Arrays
    """Values of the network, its optimizer and its metrics, seeds of random layers included."""

    best: BestState
    stopping: StoppingState | None = None

    def write(self, path: Path) -> None:
        """Replace the checkpoint in ``path``; make its folder when it is not there.

        Raises:
            OSError: it cannot be written; the one before is still there.
        """
        groups = {"variables": self.variables, "best": self.best.weights}
        known: dict[str, Any] = {
            "version": _VERSION,
            "place": asdict(self.position),
            "planned": self.planned,
            "over": self.over,
            "best": _without_weights(self.best),
        }
        if self.stopping is not None:
            known["stopping"] = _without_weights(self.stopping)
            groups["stopping"] = self.stopping.weights
        arrays = {
            f"{group}.{number}": array
            for group, members in groups.items()
            for number, array in enumerate(members)
        }
        arrays["known"] = np.frombuffer(json.dumps(known).encode(), dtype=np.uint8)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with replacing(path) as file:
            np.savez(file, allow_pickle=False, **arrays)
            # The rename must not be on disk before what it names.
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def read(cls, path: Path) -> Checkpoint | None:
        """The checkpoint in ``path``; None when there is none.

        Raises:
            CheckpointDamaged: it cannot be read.
        """
        try:
            with os.fdopen(open_regular(path), "rb") as raw, ZipFile(raw) as file:
                _require_unpacked(file, os.fstat(raw.fileno()).st_size)
                known = json.loads(_member(file, "known").tobytes())
                if known["version"] != _VERSION:
                    raise CheckpointDamaged(f"{path} was written by another version of kertui")
                stopping = None
                if "stopping" in known:
                    stopping = StoppingState(**known["stopping"], weights=_group(file, "stopping"))
                return cls(
                    position=TrainingPosition(**known["place"]),
                    planned=known["planned"],
                    over=known["over"],
                    variables=_group(file, "variables"),
                    best=BestState(**_known(known["best"]), weights=_group(file, "best")),
                    stopping=stopping,
                )
        except FileNotFoundError:
            return None
        except _UNREADABLE as error:
            raise CheckpointDamaged(f"{path} cannot be read: {described(error)}") from error


_UNREADABLE = (
    *(OSError, ValueError, KeyError, TypeError, AttributeError),
    *(BadZipFile, zlib.error, EOFError, RuntimeError),
)
"""What Python makes of a file that is no checkpoint, or not whole."""

_MEMBER = 1 << 16
"""Bytes of what a checkpoint says of itself, and that an array needs beyond its numbers."""


def read_weights(
    path: Path, model: keras.Model, *, best: bool = False
) -> tuple[TrainingPosition, Arrays]:
    """The weights in a checkpoint that may be anybody's: no more is read than the model holds.

    Args:
        path: of the checkpoint.
        model: the network at hand, built.
        best: whether those of the best epoch are wanted.

    Returns:
        Of which moment they are, and values for ``model.weights`` where the best are wanted, else
        for ``model.variables``.

    Raises:
        FileNotFoundError: there is no checkpoint.
        CheckpointDamaged: it cannot be read, is of another network or has no best epoch.
    """
    group, variables = ("best", model.weights) if best else ("variables", model.variables)
    try:
        with os.fdopen(open_regular(path), "rb") as raw, ZipFile(raw) as archive:
            known = json.loads(_member(archive, "known", _MEMBER).tobytes())
            place = known["best"]["kept"] if best else known["place"]["epoch"]
            step = 0 if best else known["place"]["step"]
            arrays = []
            for number, variable in enumerate(variables):
                dtype = np.dtype(variable.dtype)
                size = np.dtype(dtype).itemsize * math.prod(variable.shape)
                array = _member(archive, f"{group}.{number}", size + _MEMBER)
                array = array.reshape(tuple(variable.shape))
                arrays.append(array.view(dtype) if array.dtype.kind == "V" else array)
            return TrainingPosition(int(place), int(step)), arrays
    except (FileNotFoundError, CheckpointDamaged):
        raise
    except Exception as error:  # whatever Python makes of such a file
        raise CheckpointDamaged(f"{path} cannot be read: {described(error)}") from error


def _require_unpacked(archive: ZipFile, size: int) -> None:
    """See that an archive holds no more than the bytes of its file: a checkpoint is not packed, and
    what is may unpack to more than there is memory."""
    if sum(info.file_size for info in archive.infolist()) > size:
        raise ValueError("it is packed, or parts of it overlap")


def _member(archive: ZipFile, name: str, most: int | None = None) -> NDArray[Any]:
    """One array of a checkpoint, of at most so many bytes, or of as many as the archive says."""
    info = archive.getinfo(f"{name}.npy")
    most = info.file_size if most is None else most
    if info.file_size > most:
        raise ValueError(f"{name} is too large for this network")
    with archive.open(info) as file:
        held = BytesIO(file.read(most))
    np.lib.format.read_magic(held)
    shape, _, dtype = np.lib.format.read_array_header_1_0(held)
    # NumPy makes room for what the header says, before it looks at what there is.
    if math.prod(shape) * dtype.itemsize > info.file_size:
        raise ValueError(f"{name} says that it holds more than it does")
    held.seek(0)
    return np.lib.format.read_array(held, allow_pickle=False)


def variables_of(model: keras.Model) -> list[keras.Variable]:
    """Everything that training changes: weights, seeds, optimizer, metrics."""
    return [*model.variables, *model.optimizer.variables, *model.metrics_variables]


def values_of(model: keras.Model) -> Arrays:
    """Copies of everything that training changes, as arrays."""
    return [variable.value.numpy() for variable in variables_of(model)]


def restore(model: keras.Model, values: Sequence[NDArray[Any]]) -> None:
    """Give a built and compiled model the values another process had.

    Raises:
        CheckpointDamaged: they are of another network.
    """
    variables = variables_of(model)
    if [tuple(v.shape) for v in variables] != [array.shape for array in values]:
        raise CheckpointDamaged(
            "the checkpoint is of another network: was recipe.toml changed in the run's folder?"
        )
    for variable, array in zip(variables, values, strict=True):
        dtype = np.dtype(variable.dtype)
        # NumPy's files know no bfloat16: its two bytes come back without their meaning.
        variable.assign(array.view(dtype) if array.dtype.kind == "V" else array)


def _without_weights(state: BestState | StoppingState) -> dict[str, Any]:
    fields = {name: getattr(state, name) for name in type(state).__slots__ if name != "weights"}
    return {n: float(v) if isinstance(v, np.floating) else v for n, v in fields.items()}


def _known(best: dict[str, Any]) -> dict[str, Any]:
    """The fields of a best state that are known here: earlier versions had one more."""
    return {name: value for name, value in best.items() if name in BestState.__slots__}


def _group(archive: ZipFile, group: str) -> Arrays:
    count = sum(name.startswith(f"{group}.") for name in archive.namelist())
    return [_member(archive, f"{group}.{number}") for number in range(count)]
