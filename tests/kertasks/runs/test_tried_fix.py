"""What trying a fix has shown, in one record."""

from __future__ import annotations

import math
from typing import Any

import pytest

from kertasks.runs.advice.tried_fix import TriedFix


def tried(before: tuple[float, ...], after: tuple[float, ...], **more: Any) -> TriedFix:
    given: dict[str, Any] = {"metric": "accuracy", "least_gain": 0.02, "rows": "training"}
    return TriedFix(
        code="softmax-on-one-unit",
        patch=("layers.0.activation=sigmoid",),
        seconds=3,
        before=before,
        after=after,
        **{**given, **more},
    )


@pytest.mark.parametrize(
    ("before", "after", "helps"),
    [
        ((0.5, 0.5, 0.5), (0.9, 0.9, 0.9), True),
        ((0.5, 0.5, 0.5), (0.9, 0.9, 0.5), True),
        ((0.5, 0.5, 0.5), (0.9, 0.5, 0.5), False),
        ((0.5, 0.5, 0.5), (0.9, 0.9, 0.4), False),
        ((0.5, 0.99, 1.0), (0.9, 1.0, 1.0), True),
        ((0.5, 1.0, 1.0), (0.9, 0.9, 1.0), False),
        ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0), False),
        ((0.5, 0.5), (0.515, 0.515), False),
        ((math.nan,), (0.1,), True),
        ((0.1, 0.1), (0.9, math.nan), False),
        ((), (), False),
    ],
)
def test_it_helps_where_there_is_something_to_gain_and_harms_nowhere(
    before: tuple[float, ...], after: tuple[float, ...], helps: bool
) -> None:
    assert tried(before, after).helps is helps


def test_errors_are_better_when_they_are_less() -> None:
    error = {"metric": "mae", "unit": "$1,000", "larger_is_better": False}
    found = tried((4.0, 5.0, 6.0), (2.0, 2.5, 2.0), **error)
    assert found.helps
    assert str(found) == "mae 5.00 -> 2.00 $1,000 in 3 s, 3 of 3 seeds"
    assert not tried((2.0,), (4.0,), **error).helps


def test_what_only_shows_another_number_must_do_no_harm() -> None:
    found = tried((0.8,), (0.79,), least_gain=-0.02)
    assert found.helps
    assert str(found) == "accuracy 0.800 -> 0.790 in 3 s, no worse on 1 of 1 seeds"
    assert not tried((0.8,), (0.7,), least_gain=-0.02).helps


def test_seeds_that_had_nothing_to_gain_are_told_apart() -> None:
    assert (
        str(tried((0.75, 1.0, 1.0), (1.0, 1.0, 1.0)))
        == "accuracy 0.750 -> 1.00 in 3 s, 1 of 3 seeds, 2 had nothing to gain"
    )
    assert str(tried((0.5, 0.5), (0.5, 0.5))) == "accuracy 0.500 -> 0.500 in 3 s, 0 of 2 seeds"


def test_a_trial_ends_when_nothing_can_change_its_end() -> None:
    assert tried((0.5,), (0.5,)).may_help(3)
    assert not tried((0.5, 0.5), (0.5, 0.5)).may_help(3)
    assert not tried((0.5,), (0.3,)).may_help(3)
    assert not tried((0.5,), (0.5,)).may_help(1)
