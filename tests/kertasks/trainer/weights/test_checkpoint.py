"""A checkpoint may be anybody's: no more is read of it than its file holds."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
import pytest

from kertasks.trainer.weights.checkpoint import (
    BestState,
    Checkpoint,
    CheckpointDamaged,
    TrainingPosition,
)


def test_what_it_says_of_its_size_is_held_against_its_file(tmp_path: Path) -> None:
    path = tmp_path / "state.npz"
    arrays = [np.arange(6.0).reshape(2, 3), np.asfortranarray(np.ones((2, 2), "float32"))]
    Checkpoint(TrainingPosition(3), 9, False, arrays, BestState()).write(path)
    found = Checkpoint.read(path)
    assert found is not None
    assert (found.position, found.planned) == (TrainingPosition(3), 9)
    for read, written in zip(found.variables, arrays, strict=True):
        np.testing.assert_array_equal(read, written)

    with ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    def pack(compression: int, first: bytes) -> Path:
        other = tmp_path / "other.npz"
        with ZipFile(other, "w", compression) as packed:
            for name, data in (members | {"variables.0.npy": first}).items():
                packed.writestr(name, data)
        return other

    header, numbers = members["variables.0.npy"][:128], members["variables.0.npy"][128:]
    many = header.replace(b"(2, 3), }    ", b"(2, 30000), }")
    assert len(many) == 128
    with pytest.raises(CheckpointDamaged, match="packed"):
        Checkpoint.read(pack(ZIP_DEFLATED, many + bytes(480_000)))
    huge = header.replace(b"(2, 3), }            ", b"(2, 300000000000), } "[:21])
    assert len(huge) == 128
    with pytest.raises(CheckpointDamaged, match="more than it does"):
        Checkpoint.read(pack(ZIP_STORED, huge + numbers))
