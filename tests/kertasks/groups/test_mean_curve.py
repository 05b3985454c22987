"""The mean over folds that is kept up with them is the one that is computed of all at once."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from tests.support.group_folders import JUDGE, write_group

from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.cross_validation.mean_curve import MeanCurve
from kertasks.groups.cross_validation.results import results_of
from kertasks.groups.history import GroupHistory
from kertasks.runs.event_file.events import Epoch, Started
from kertasks.runs.history import RunHistory


def told(history: RunHistory, epochs: range, *, scale: float = 1.0) -> None:
    history.add_all([Epoch(float(n), n, {"val_loss": scale * n}, 1e-3, 0.1) for n in epochs])


def test_it_is_what_the_results_are(home: Path) -> None:
    group = GroupHistory.read(write_group(home, CrossValidation(3), epochs=40))
    results = results_of(group)
    mean = MeanCurve(JUDGE, [one.history for one in group.members.values()])
    assert mean.take() == 40
    assert tuple(mean.epochs) == results.epochs
    spreads = results.curves[JUDGE.name]
    assert list(mean.means) == [one.mean for one in spreads]
    assert list(mean.sds) == [one.sd for one in spreads]
    assert mean.best_epoch == results.best_epoch
    best = results.best[JUDGE.name]
    assert mean.value_at(mean.best_epoch) == (best.mean, best.sd)


def test_it_grows_with_the_slowest_and_passes_over_what_one_of_them_lacks() -> None:
    first, second = RunHistory(), RunHistory()
    second.add(Started(0.0, 9, 1, 1, "CPU", validation_rows=3, target_scale=2.0))
    first.add(Started(0.0, 9, 1, 1, "CPU", validation_rows=1))
    mean = MeanCurve(JUDGE, [first, second])
    assert mean.take() == 0
    told(first, range(1, 5))
    assert mean.take() == 0
    told(second, range(1, 3))
    assert mean.take() == 2
    told(second, range(4, 7))  # the third was not told of
    told(first, range(5, 10))
    assert mean.take() == 3
    assert list(mean.epochs) == [1, 2, 4, 5, 6]
    assert list(mean.means) == list(mean.epochs)
    assert list(mean.sds) == [0.0] * 5


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_an_epoch_without_a_number_is_never_the_best(bad: float) -> None:
    one = RunHistory()
    told(one, range(1, 2), scale=bad)
    told(one, range(2, 4))
    mean = MeanCurve(JUDGE, [one])
    assert mean.take() == 3
    assert math.isnan(mean.means[0])
    assert mean.best_epoch == 2
