from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kertui.plotting.axes import epoch_ticks, log_labels, value_labels


@pytest.mark.parametrize(
    ("ticks", "labels"),
    [
        ([0.0, 0.5, 1.0], ["0.0", "0.5", "1.0"]),
        ([0.25, 0.5], ["0.25", "0.50"]),
        ([0.0, 10.0, 20.0], ["0", "10", "20"]),
        ([0.0, 1000.0, 2000.0], ["0", "1000", "2000"]),
        ([0.0, 20_000.0, 40_000.0], ["0", "20 000", "40 000"]),
        ([0.0, 500_000.0], ["0", "5e5"]),
        ([0.0, 0.00005], ["0", "5e-5"]),
        ([-1.0, 0.0, 1.0], ["-1", "0", "1"]),
        ([0.69314, 0.69315], ["0.69314", "0.69315"]),
        ([0.6931, 0.69315], ["0.69310", "0.69315"]),
        ([1.234e-6, 1.235e-6], ["1.234e-6", "1.235e-6"]),
        ([0.0], ["0"]),
        ([], []),
    ],
)
def test_labels_have_the_decimals_of_their_step(ticks: list[float], labels: list[str]) -> None:
    assert value_labels(ticks) == labels


def test_labels_of_a_logarithmic_axis() -> None:
    assert log_labels([0.001, 0.03, 0.1, 1, 10, 1e5, 1e-6]) == [
        "0.001",
        "0.03",
        "0.1",
        "1",
        "10",
        "1e5",
        "1e-6",
    ]


def test_epochs_are_marked_at_both_ends_and_round_ones_between() -> None:
    assert epoch_ticks(1, 1000, 60) == [1, 200, 400, 600, 800, 1000]
    assert epoch_ticks(1, 9, 80) == list(range(1, 10))
    assert epoch_ticks(1, 20, 68) == [1, 5, 10, 15, 20]


@pytest.mark.parametrize("columns", range(30, 120))
def test_round_epochs_are_evenly_spaced(columns: int) -> None:
    """A place left out in the middle of an axis is read as a jump."""
    ticks = epoch_ticks(1, 1000, columns)[1:]
    assert len({later - sooner for sooner, later in itertools.pairwise(ticks)}) == 1
    assert len(ticks) >= min(10, columns // 16)


@given(st.integers(1, 1000), st.integers(0, 10**7), st.integers(8, 250))
def test_epoch_ticks_have_room_for_their_labels(first: int, span: int, columns: int) -> None:
    ticks = epoch_ticks(first, first + span, columns)
    assert ticks[0] == first
    places = [(tick - first) * (columns - 1) / max(1, span) for tick in ticks]
    assert all(b - a >= len(str(first + span)) for a, b in itertools.pairwise(places))
