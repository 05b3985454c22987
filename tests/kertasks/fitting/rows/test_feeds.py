"""Rows that are streamed are picked out once a chunk, whatever each call reads of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kertasks.data.rows.mapped_rows import scatter, take_rows
from kertasks.fitting.rows import feeds
from kertasks.fitting.rows.row_order import RowOrder


def test_calls_of_a_chunk_share_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "CHUNK_BYTES", 40)
    x, order = np.arange(25, dtype=np.float32), np.random.default_rng(0).permutation(25)
    feed = feeds.StreamedRows([feeds.read_leaf(x)], RowOrder(25, 2, 0))
    assert feed.limit == 10
    compiled, _ = feed.arguments(0, 0)
    assert compiled[0].shape == (10,)
    feed.open(order)
    chunks = set()
    for first in range(0, 25, 2):
        rows = min(2, 25 - first)
        (chunk,), position = feed.arguments(first, rows)
        assert chunk.shape == (10,)
        assert (
            chunk.numpy()[position : position + rows].tolist()
            == x[order][first : first + rows].tolist()
        )
        chunks.add(id(chunk))
    assert len(chunks) <= 3
    again, _ = feed.arguments(0, 10)  # back to the beginning
    assert again[0].numpy().tolist() == x[order][:10].tolist()


def test_a_map_is_streamed_unless_more_memory_is_given(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.arange(60, dtype=np.float32).reshape(20, 3))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    order = RowOrder(20, 4, 0)
    leaves = [feeds.read_leaf(mapped)]
    assert isinstance(feeds.make_feed(leaves, order, None, ordered=True), feeds.StreamedRows)
    assert isinstance(feeds.make_feed(leaves, order, 1 << 20, ordered=True), feeds.ResidentRows)


def test_rows_of_a_map_are_read_and_written_window_by_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kertasks.data.rows.mapped_rows._WINDOW", 60)
    rows = np.random.default_rng(0).random((50, 3), np.float32)
    places = np.random.default_rng(1).permutation(50)
    made = np.lib.format.open_memmap(tmp_path / "x.npy", "w+", np.float32, (50, 3))
    for some in (slice(0, 20), slice(20, 50)):
        scatter(made, places[some], rows[some])
    made.flush()
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert np.array_equal(take_rows(mapped, places), rows)
    assert np.array_equal(take_rows(mapped, slice(3, 9)), np.load(tmp_path / "x.npy")[3:9])
