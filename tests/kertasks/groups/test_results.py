"""What folds come to together, from the events of their runs."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kertasks.groups.cross_validation.asked import FINAL, CrossValidation
from kertasks.groups.cross_validation.results import GroupResults, results_of
from kertasks.groups.folder import GroupFolder, GroupState, Refusal
from kertasks.groups.history import GroupHistory
from kertasks.groups.planning import plan_of
from kertasks.groups.record import Member
from kertasks.groups.store import GroupStore
from kertasks.registry import find_task
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import Epoch, Finished, Monitor, Started
from kertasks.runs.home.store import RunStore
from kertasks.runs.state import RunState

RECIPE = find_task("boston").recipes["book"]
JUDGE = Monitor("val_mae")


def make(home: Path, asked: CrossValidation) -> GroupFolder:
    return GroupStore(home).create(RECIPE, asked, f"{asked.folds} folds")


def add_fold(
    group: GroupFolder,
    key: str,
    values: Sequence[float],
    *,
    rows: int = 10,
    scale: float | None = None,
    judge: Monitor = JUDGE,
    ends: bool = True,
) -> None:
    run = RunStore(group.path.parents[1]).create(RECIPE, group=group.id)
    group.add_member(Member(key, run.id))
    log = EventLog(run.events_path)
    log.add(
        Started(
            time.time(), len(values), 1, 1, "CPU",
            validation_rows=rows, target_scale=scale, judge=judge,
        )
    )  # fmt: skip
    for epoch, value in enumerate(values, start=1):
        log.add(Epoch(time.time(), epoch, {"loss": 1.0, judge.name: value}, 0.1, 0.1))
    if ends:
        log.add(Finished(time.time(), len(values), None, None))
    log.close()


def results(group: GroupFolder) -> GroupResults:
    return results_of(GroupHistory.read(group))


def test_folds_weigh_by_their_rows_in_the_targets_own_unit(tmp_path: Path) -> None:
    group = make(tmp_path, CrossValidation(2))
    # The second fold begins first: they stand in the order of their numbers all the same.
    add_fold(group, "fold 2/2", [3.0, 1.0, 2.0], rows=30, scale=2.0)
    add_fold(group, "fold 1/2", [5.0, 6.0, 4.0], rows=10)
    found = results(group)
    assert [(one.key, one.rows, one.best_epoch, one.best) for one in found.folds] == [
        ("fold 1/2", 10, 3, 4.0),
        ("fold 2/2", 30, 2, 2.0),
    ]
    assert found.best_epoch == 2
    weights = [10, 30]
    mean = np.average([6.0, 2.0], weights=weights)
    assert found.best["val_mae"].mean == pytest.approx(mean)
    variance = np.average((np.array([6.0, 2.0]) - mean) ** 2, weights=weights)
    assert found.best["val_mae"].sd == pytest.approx(math.sqrt(variance))


def test_a_share_is_best_when_it_is_large_and_nan_never_is(tmp_path: Path) -> None:
    group = make(tmp_path, CrossValidation(2))
    judge = Monitor("val_accuracy", "max")
    add_fold(group, "fold 1/2", [0.5, 0.9, 0.8], judge=judge)
    add_fold(group, "fold 2/2", [0.5, math.nan, 0.6], judge=judge)
    found = results(group)
    assert found.best_epoch == 3
    assert math.isnan(found.curves["val_accuracy"][1].mean)


def test_only_epochs_that_all_begun_folds_have_are_in_the_mean(tmp_path: Path) -> None:
    group = make(tmp_path, CrossValidation(3))
    assert results(group).best_epoch is None
    add_fold(group, "fold 1/3", [3.0, 2.0, 1.0])
    add_fold(group, "fold 2/3", [3.0, 2.0], ends=False)
    found = results(group)
    assert (found.epochs, found.best_epoch, len(found.folds)) == ((1, 2), 2, 2)


def test_the_last_run_is_on_all_rows_for_the_best_epochs(tmp_path: Path) -> None:
    group = make(tmp_path, CrossValidation(2, final=True))
    plan = plan_of(group)
    first = plan.begin({})
    assert [one.key for one in first] == ["fold 1/2", "fold 2/2"]
    assert [one.recipe.data.fold for one in first] == [1, 2]
    add_fold(group, "fold 1/2", [3.0, 1.0, 2.0])
    assert plan.over("fold 1/2", RunState.FINISHED) == []
    add_fold(group, "fold 2/2", [3.0, 1.0, 2.0])
    (final,) = plan.over("fold 2/2", RunState.FINISHED)
    assert plan_of(group).begin(group.states()) == [final]
    assert final.key == FINAL
    assert final.recipe.fit.epochs == 2
    assert final.recipe.data.held_out_fold is None
    assert final.recipe.data.train_on_validation


def test_a_group_is_private_named_and_read_whatever_was_written_in_it(tmp_path: Path) -> None:
    group = make(tmp_path, CrossValidation(2))
    assert group.path.stat().st_mode & 0o777 == 0o700
    assert group.record_path.stat().st_mode & 0o777 == 0o600
    assert group.recipe() == RECIPE
    add_fold(group, "fold 1/2", [1.0])
    add_fold(group, "fold 1/2", [2.0])  # the first one's folder was deleted, say
    with group.members_path.open("a") as file:
        file.write('{"key": "fold 2/2", "run": "../../etc"}\nnothing\n{"key": "fold 2/2", "ru')
    assert [member.key for member in group.members()] == ["fold 1/2"]
    assert results(group).folds[0].best == 2.0
    store = GroupStore(tmp_path)
    assert store.matching("2-folds") == [group]
    assert store.matching(group.id) == [group]
    assert store.matching("x") == []
    (tmp_path / "groups" / group.id / "runner.pid").touch()
    assert group.state() is GroupState.STOPPED
    group.refusal_path.write_text(
        '{"text":"no\\u001b]52;c;aGk=\\u0007\\nmore","is_wrong_recipe":true}'
    )
    assert group.refusal() == Refusal("no]52;c;aGk=\nmore", True)


def test_ten_thousand_runs_are_listed_in_a_moment(tmp_path: Path) -> None:
    group = make(tmp_path, CrossValidation(2))
    lines = (f'{{"key": "fold {n}", "run": "20261130-000000-r~{n}"}}\n' for n in range(10_000))
    group.members_path.write_text("".join(lines))
    began = time.process_time()
    assert len(group.members()) == 10_000
    assert time.process_time() - began < 1.0
