"""What a sweep tries follows from what was asked and what earlier generations came to."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from kertasks.groups.sweep.asked import Sweep
from kertasks.groups.sweep.dimension import Choices, Range
from kertasks.groups.sweep.search import Told, importance, proposed, pruned

UNITS = Choices("layers.0.units", ("4", "32", "64"))
RATE = Range("compile.optimizer.learning_rate", 1e-4, 1e-1, log=True)
SIZE = Range("fit.batch_size", 4, 64, whole=True)


def came_to(points: Sequence[tuple[str, ...]]) -> list[Told]:
    """Trials whose value is the better the more units and the nearer the rate to its lower end."""
    return [
        Told(one, "finished", value, {0: value})
        for one in points
        for value in (float(one[1]) * 100 - float(one[0]) / 8,)
    ]


def search(sweep: Sweep) -> list[Told]:
    told: list[Told] = []
    while len(told) < sweep.trials:
        told += came_to(proposed(sweep, told, "min"))
    return told


@pytest.mark.parametrize("kind", ["random", "tpe"])
def test_the_same_is_tried_again_and_nothing_twice(kind: str) -> None:
    sweep = Sweep((UNITS, RATE, SIZE), kind, 30, generation=5, seed=3)  # type: ignore[arg-type]
    first = search(sweep)
    assert first == search(sweep)
    assert len({one.values for one in first}) == 30
    assert all(4 <= int(size) <= 64 for _, _, size in (one.values for one in first))
    assert search(Sweep((UNITS, RATE, SIZE), kind, 30, generation=5, seed=4)) != first  # type: ignore[arg-type]


def test_tpe_learns_of_earlier_generations_alone() -> None:
    sweep = Sweep((UNITS, RATE), "tpe", 40, generation=5)
    told = search(sweep)
    late = [float(one.values[1]) for one in told[20:]]
    assert sorted(late)[len(late) // 2] < 3e-3  # half of them near the end where it is good
    assert importance(sweep, told, "min").keys() == {UNITS.path, RATE.path}
    assert sum(importance(sweep, told, "min").values()) == pytest.approx(1)


def test_a_grid_is_all_points_and_a_finite_search_ends_with_all_of_them() -> None:
    dimensions = (UNITS, Choices("compile.optimizer.learning_rate", ("0.1", "0.01")))
    points = set(itertools.product(UNITS.values, ("0.1", "0.01")))
    for sweep in (
        Sweep(dimensions, "grid", 6, generation=6),
        Sweep(dimensions, "random", 6, generation=6),
        Sweep(dimensions, "tpe", 6, generation=4),
    ):
        assert {one.values for one in search(sweep)} == points


def test_those_worse_than_the_median_are_pruned_whatever_their_order() -> None:
    values = {1: 0.5, 2: 0.9, 3: 0.1, 4: 0.7, 5: 0.3}
    assert pruned(values, [], "min") == {2, 4}
    assert pruned(dict(reversed(values.items())), [], "max") == {3, 5}
    assert pruned({1: 0.5, 2: 0.9}, [], "min") == set()  # a median of two says nothing
    assert pruned({1: 0.5, 2: 0.9}, [0.1, 0.2, 0.6], "min") == {2}
