"""Which epochs are kept, and that a folder of anybody's costs and does nothing."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kertasks.recipes.bounds import MOST_EPOCHS, MOST_KEPT
from kertasks.runs.looking.kept_epochs import (
    MOST_BYTES,
    is_kept,
    kept_files,
    most_files,
    nearest_kept,
    stride_at,
)


def kept_of(epochs: int, files: int) -> list[int]:
    stride = stride_at(epochs, files)
    multiples = range(stride, epochs + 1, stride) if stride else ()
    return sorted({1, *multiples} - {0})


@given(
    epochs=st.one_of(st.integers(1, 3000), st.integers(1, MOST_EPOCHS)),
    keep=st.integers(1, MOST_KEPT),
    size=st.integers(0, 200_000_000),
)
def test_they_are_as_many_as_may_be_and_evenly_apart(epochs: int, keep: int, size: int) -> None:
    files = most_files(keep, size)
    kept = kept_of(epochs, files)
    assert kept[0] == 1
    assert kept[-1] <= epochs
    # With the best and the last one, which have files of their own.
    assert len(kept) + 2 <= max(3, keep)
    assert len(kept) == 1 or len(kept) * size <= MOST_BYTES
    steps = {after - before for before, after in pairwise(kept[1:])}
    assert len(steps) <= 1
    # No more are thinned out than must be.
    assert len(kept) == epochs or files < 3 or len(kept) >= files // 2
    assert all(is_kept(one, stride_at(epochs, files)) for one in kept)


@given(files=st.integers(1, 50), epochs=st.integers(1, 2000))
def test_what_is_kept_later_was_kept_before(files: int, epochs: int) -> None:
    """So that each can be held when it is there, and only be thrown away afterwards."""
    before, after = kept_of(epochs, files), kept_of(epochs + 1, files)
    assert set(after) <= {*before, epochs + 1}
    gap, gap_after = stride_at(epochs, files), stride_at(epochs + 1, files)
    assert gap_after in (gap, 2 * gap)


def test_none_are_kept_where_nobody_wants_any() -> None:
    assert most_files(0, 100) == 0
    assert most_files(200, 100) == 198
    assert most_files(200, 10_000_000) == 6
    assert most_files(200, MOST_BYTES + 1) == 1


def test_of_a_strangers_folder_only_files_of_its_own_count(tmp_path: Path) -> None:
    folder = tmp_path / "epochs"
    assert kept_files(folder) == ()
    folder.mkdir()
    (tmp_path / "elsewhere.npy").write_bytes(b"x")
    for name in ("000003.npy", "000012.npy", "12.npy", "0000000000000000013.npy", "٠٠٠٠١٤.npy"):
        (folder / name).write_bytes(b"")
    (folder / "000004.npy").symlink_to(tmp_path / "elsewhere.npy")
    (folder / "000005.npy").mkdir()
    os.mkfifo(folder / "000006.npy")
    assert kept_files(folder) == (3, 12)
    (tmp_path / "linked").symlink_to(folder)
    assert kept_files(tmp_path / "linked") == ()
    (tmp_path / "file").write_bytes(b"")
    assert kept_files(tmp_path / "file") == ()


def test_the_nearest_is_named() -> None:
    assert nearest_kept((), 3) is None
    assert nearest_kept((1, 8, 16), 12) == 8
    assert nearest_kept((1, 8, 16), 13) == 16
