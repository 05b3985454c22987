"""What trials come to together, from the events of their runs."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from kertasks.groups.folder import GroupDamaged, GroupFolder, GroupState
from kertasks.groups.history import GroupHistory
from kertasks.groups.lines import append_line
from kertasks.groups.planning import plan_of
from kertasks.groups.record import Member
from kertasks.groups.store import GroupStore
from kertasks.groups.sweep.asked import Sweep
from kertasks.groups.sweep.dimension import Choices, Range
from kertasks.groups.sweep.effects import effects, pair_effects
from kertasks.groups.sweep.results import SweepResults, TrialState, importance_of, results_of
from kertasks.groups.sweep.trials import GivenUp, Tried
from kertasks.registry import find_task
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import (
    Epoch,
    Failed,
    Finished,
    Monitor,
    Planned,
    Resuming,
    Started,
)
from kertasks.runs.home.store import RunStore
from kertasks.runs.state import RunState

RECIPE = find_task("xor").recipes["answer"]
JUDGE = Monitor("val_accuracy", "max")
UNITS = Choices("layers.0.units", ("2", "8"))
RATE = Range("compile.optimizer.learning_rate", 1e-4, 1.0, log=True)
EPOCHS = 9


def make(home: Path, sweep: Sweep) -> GroupFolder:
    group = GroupStore(home).create(RECIPE, sweep, f"{sweep.trials} trials")
    group.lock_path.touch()  # a process worked for it, and is gone
    return group


def add_run(
    group: GroupFolder, key: str, values: Sequence[float], *, ends: str = "", epochs: int = EPOCHS
) -> Path:
    """A run that told of these values, one an epoch.

    Args:
        group: whose.
        key: of the run.
        values: of the judge.
        ends: how: with a reason it failed.
        epochs: it was to train.
    """
    run = RunStore(group.path.parents[1]).create(RECIPE, group=group.id)
    group.add_member(Member(key, run.id, None if epochs == EPOCHS else epochs))
    log = EventLog(run.events_path)
    log.add(Started(time.time(), epochs, 1, 1, "CPU", validation_rows=10, judge=JUDGE))
    add_epochs(log, values, ends=ends)
    return run.events_path


def add_epochs(log: EventLog, values: Sequence[float], *, first: int = 1, ends: str = "") -> None:
    for epoch, value in enumerate(values, start=first):
        log.add(Epoch(time.time(), epoch, {"loss": value, "val_accuracy": value}, 0.1, 0.1))
    done = first + len(values) - 1
    log.add(Failed(time.time(), ends) if ends else Finished(time.time(), done, None, None))
    log.close()


def results(group: GroupFolder) -> SweepResults:
    return results_of(GroupHistory.read(group))


def try_values(group: GroupFolder, *values: tuple[str, ...]) -> None:
    for number, each in enumerate(values, start=1):
        append_line(group.trials_path, Tried(number, each))


def test_ranked_with_mean_and_spread_and_those_that_failed_last(tmp_path: Path) -> None:
    group = make(tmp_path, Sweep((UNITS, RATE), "random", 7, seeds=2, seed=4))
    rates = ("0.0002", "0.0003", "0.5", "0.5", "0.7", "0.9", "0.01")
    try_values(group, *(("28"[n % 2], rate) for n, rate in enumerate(rates)))
    flat = 8 * [0.1]
    add_run(group, "trial 1, seed 4", [0.5, *flat])
    add_run(group, "trial 1, seed 5", [*flat, 0.7])
    add_run(group, "trial 2, seed 4", [0.8, *flat])
    add_run(group, "trial 2, seed 5", [0.8, *flat])
    add_run(group, "trial 3, seed 4", [0.9, *flat[1:], math.nan])
    add_run(group, "trial 3, seed 5", [0.9, *flat])
    add_run(group, "trial 4, seed 4", [0.9], ends="a dead machine")
    add_run(group, "trial 5, seed 4", [0.9, *flat])  # its other run is not begun
    append_line(group.trials_path, GivenUp(6, "pruned", "worse than the median after 1 epoch"))
    found = results(group)
    ranked = [(one.number, str(one.state)) for one in found.ranking]
    assert ranked == [
        (2, "finished"), (1, "finished"), (6, "pruned"), (5, "begun"), (7, "waiting"),
        (3, "failed"), (4, "failed"),
    ]  # fmt: skip
    first = found.ranking[1]
    assert (first.value.mean, first.value.sd) == pytest.approx((0.6, 0.1))
    assert (first.best_epochs, first.epochs, len(first.runs)) == ((1, 9), 18, 2)
    assert found.ranking[5].reason == "the loss is no finite number since epoch 9"
    assert found.ranking[6].reason == "a dead machine"
    assert (found.judge, found.over, found.best) == (JUDGE, 5, found.ranking[0])
    units, rate = effects(found)
    assert [(one.label, one.trials, one.mean) for one in units.levels] == [
        ("2", 1, pytest.approx(0.6)),
        ("8", 1, 0.8),
    ]
    assert [one.trials for one in rate.levels] == [2, 0, 0, 0]  # below 0.001
    (pair,) = pair_effects(found)
    assert [row[0] for row in pair.means] == [pytest.approx(0.6), 0.8]


def test_a_run_at_its_rung_is_not_finished_until_it_was_gone_on_with(tmp_path: Path) -> None:
    group = make(tmp_path, Sweep((UNITS,), "grid", 2, prune=True, generation=2))
    try_values(group, ("2",), ("8",))
    path = add_run(group, "trial 1", [0.5], epochs=1)
    history = GroupHistory.read(group)
    assert results_of(history).ranking[0].state is TrialState.BEGUN
    assert history.read_more() == []
    group.add_member(Member("trial 1", path.parent.name))
    log = EventLog(path)
    log.add(Resuming(time.time()))
    log.add(Planned(time.time(), EPOCHS))
    add_epochs(log, 8 * [0.6], first=2)
    assert len(history.read_more()) == 11
    (best, _) = results_of(history).ranking
    assert (best.state, best.value.mean, best.epochs) == (TrialState.FINISHED, 0.6, 9)


def test_a_plan_goes_from_rung_to_rung_and_takes_up_what_another_left(tmp_path: Path) -> None:
    units = Choices("layers.0.units", ("1", "2", "4", "8"))
    recipes = f"fit.epochs={EPOCHS}"
    sweep = Sweep((units,), "grid", 4, prune=True, generation=4, changes=(recipes,))
    group = make(tmp_path, sweep)
    group.recipe_path.write_text(
        group.recipe_path.read_text().replace("epochs = 1000", f"epochs = {EPOCHS}")
    )
    plan = plan_of(group)
    first = plan.begin({})
    assert [(one.key, one.epochs) for one in first] == [(f"trial {n}", 1) for n in (1, 2, 3, 4)]
    assert [one.recipe.layers[0].arguments["units"] for one in first] == [1, 2, 4, 8]
    for number in (4, 3, 2):
        add_run(group, f"trial {number}", [number / 10], epochs=1)
        assert plan.over(f"trial {number}", RunState.FINISHED) == []
    failed = add_run(group, "trial 1", [], ends="no memory", epochs=1)
    assert failed.exists()
    # Whoever takes over plans the same, the failed one left out.
    due = [("trial 2", 3), ("trial 3", 3), ("trial 4", 3)]
    for each in (plan.over("trial 1", RunState.FAILED), plan_of(group).begin(group.states())):
        assert [(one.key, one.epochs) for one in each] == due
    assert group.state() is GroupState.FAILED
    assert not plan.end()
    assert not group.record().asked.is_done(4, over=False)  # finished they are, at a rung


def test_what_a_lost_trainer_left_is_gone_on_with_and_nans_are_not(tmp_path: Path) -> None:
    group = make(tmp_path, Sweep((UNITS,), "grid", 2, generation=2))
    plan = plan_of(group)
    assert [one.key for one in plan.begin({})] == ["trial 1", "trial 2"]
    add_run(group, "trial 1", 8 * [math.nan])
    assert plan.over("trial 1", RunState.FINISHED) == []
    assert plan.over("trial 2", RunState.LOST) == []
    assert not plan.end()
    assert group.state() is GroupState.STOPPED
    again = plan_of(group)
    assert [one.key for one in again.begin(group.states())] == ["trial 2"]
    add_run(group, "trial 2", [], ends="no memory")
    assert again.over("trial 2", RunState.FAILED) == []
    assert not again.end()
    refusal = group.refusal()
    assert refusal is not None
    assert refusal.text.startswith("every trial failed, the first because the loss is no finite")
    assert group.state() is GroupState.FAILED


def test_a_plan_whose_trials_are_over_ends_with_a_study_and_importance(tmp_path: Path) -> None:
    import optuna

    group = make(tmp_path, Sweep((UNITS, Choices("seed", ("0", "1"))), "grid", 4, generation=4))
    plan = plan_of(group)
    for number, one in enumerate(plan.begin({})):
        add_run(group, one.key, [0.0, number / 10])
    states = dict.fromkeys(group.states(), RunState.FINISHED)
    again = plan_of(group)
    assert again.begin(states) == []
    assert again.end()
    study = optuna.load_study(study_name="sweep", storage=f"sqlite:///{group.study_path}")
    assert [trial.value for trial in study.trials] == [0.0, 0.1, 0.2, 0.3]
    assert study.direction is optuna.study.StudyDirection.MAXIMIZE
    found = importance_of(group)
    assert found is not None
    assert found["layers.0.units"] > found["seed"]
    assert group.state() is GroupState.FINISHED


def test_a_thousand_trials_are_ranked_in_a_moment(tmp_path: Path) -> None:
    group = make(tmp_path, Sweep((UNITS, RATE), "tpe", 1_000, generation=5))
    history = GroupHistory(group)
    template = add_run(group, "trial 1", [n / 1_000 for n in range(200)], epochs=200)
    history.read_more()
    one = history.members["trial 1"]
    one.member = Member("trial 1", template.parent.name)
    for number in range(1, 1_001):
        history.trials[number] = Tried(number, ("28"[number % 2], "0.01"))
        history.members[f"trial {number}"] = one
    began = time.process_time()
    found = results_of(history)
    assert len(found.finished) == 1_000
    assert len(effects(found)) == 2
    assert time.process_time() - began < 0.5


def test_whatever_was_written_in_a_folder_is_passed_over_or_said(tmp_path: Path) -> None:
    group = make(tmp_path, Sweep((UNITS, RATE), "random", 3))
    bad = [
        Tried(1, ("2",)), Tried(1, ("3", "0.01")), Tried(1, ("2", "nan")), Tried(9, ("2", "0.01")),
    ]  # fmt: skip
    for one in (*bad, Tried(2, ("2", "0.01"))):
        append_line(group.trials_path, one)
    with group.trials_path.open("a") as file:
        file.write('{"type": "trial", "number": 3, "values": ["\\u001b[2J", "0.01"]}\n{"ty')
    append_line(group.trials_path, Tried(3, ("8", "0.01")))  # after a line that is half written
    assert [one.number for one in results(group).ranking] == [2, 3]
    text = group.record_path.read_text()
    group.record_path.write_text(text.replace('"low": 0.0001', '"low": -1.0'))
    with pytest.raises(GroupDamaged, match="no range from"):
        group.record()
