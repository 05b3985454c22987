from __future__ import annotations

import json
import os
import platform
import shutil
import time
from pathlib import Path

import pytest
from tests.support.run_folders import NOON, append, write_run
from tests.support.runs_without_recipe import begin

from kertasks.registry import find_task
from kertasks.runs.event_file.event_reader import SLICE
from kertasks.runs.event_file.events import (
    Epoch,
    Failed,
    Finished,
    Machine,
    Planned,
    Started,
    Stopped,
    format_event,
)
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.label import Label, write_label
from kertasks.runs.home.listing import OverRuns, RunSummaries, with_fits
from kertasks.runs.home.store import RunStore
from kertasks.runs.home.summary import in_words, summarise
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    run = RunStore(tmp_path).create(find_task("xor").recipe())
    manifest = {
        "schema": 1, "id": run.id, "task": "xor", "recipe": "answer", "seed": 0, "created": 10.0,
        "versions": {}, "device": "CPU", "host": os.uname().nodename, "pid": 2**22 + 1,
        "process_started": 5.0,
    }  # fmt: skip
    run.manifest_path.write_text(json.dumps(manifest))
    return run


def write(run: RunFolder, *events: Started | Epoch | Finished | Stopped | Failed) -> None:
    run.events_path.write_text("".join(map(format_event, events)))


EPOCH = Epoch(3.0, 7, {"loss": 0.5, "val_loss": 0.25}, 0.001, 0.1)


def test_a_finished_run_says_its_test_result(run: RunFolder) -> None:
    write(run, EPOCH, Finished(4.0, 8, 7, {"loss": 0.3, "accuracy": 0.75}, None))
    summary = summarise(run)
    assert summary is not None
    assert (summary.state, summary.epochs) == (RunState.FINISHED, 8)
    assert in_words(summary) == (f"xor answer: finished, 8 epochs, test accuracy 0.750, {run.path}")


def test_without_a_test_split_the_last_loss_is_said(run: RunFolder) -> None:
    write(run, EPOCH, Stopped(4.0, 7, 7, None, None))
    summary = summarise(run)
    assert summary is not None
    assert (summary.epochs, summary.result) == (7, "validation loss 0.2500")


def test_a_failed_run_says_why_and_how_far_it_came(run: RunFolder) -> None:
    write(run, EPOCH, Failed(4.0, "out of memory"))
    summary = summarise(run)
    assert summary is not None
    assert (summary.state, summary.epochs, summary.result) == (RunState.FAILED, 7, "out of memory")


def test_a_run_that_is_over_is_read_once(run: RunFolder, tmp_path: Path) -> None:
    write(run, EPOCH, Failed(4.0, "out of memory"))
    summaries = RunSummaries(RunStore(tmp_path))
    first = summaries.read()
    before = run.events_path.stat()
    run.events_path.write_bytes(b" " * before.st_size)
    os.utime(run.events_path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert summaries.read() == first
    assert RunSummaries(RunStore(tmp_path)).read() != first


def test_a_run_that_only_just_began_is_running(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    summary = summarise(store.create(find_task("xor").recipe()))
    assert summary is not None
    assert (summary.task, summary.recipe) == ("xor", find_task("xor").recipe().name)
    assert summary.state is RunState.RUNNING


def test_a_run_whose_trainer_never_came_is_lost(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = store.create(find_task("xor").recipe())
    summaries = RunSummaries(store)
    assert [summary.state for summary in summaries.read()] == [RunState.RUNNING]
    os.utime(run.recipe_path, (time.time() - 5.5,) * 2)
    (summary,) = summaries.read()
    assert (summary.state, summary.task, summary.epochs) == (RunState.LOST, "xor", 0)
    (run.recipe_path).unlink()
    assert RunSummaries(store).read() == []  # nothing says what it was


def test_the_end_says_what_the_best_epoch_was(tmp_path: Path) -> None:
    summary = summarise(write_run(RunStore(tmp_path), "xor", "answer", epochs=50))
    assert summary is not None
    assert summary.best_epoch is not None
    assert summary.best_loss == ("val_loss", summary.best["val_loss"])
    assert summary.test_value == ("accuracy", summary.test["accuracy"])
    assert summary.seconds == pytest.approx(0.5)
    assert (summary.device, summary.host, summary.planned) == ("GPU H100", "gpu-box", None)


def test_the_best_epoch_of_a_short_log_is_known_without_an_end_that_says_it(run: RunFolder) -> None:
    epochs = [Epoch(float(n), n, {"loss": abs(n - 3.0)}, 0.001, 0.1) for n in range(1, 7)]
    write(run, *epochs, Stopped(8.0, 6, 3, None, None))
    summary = summarise(run)
    assert summary is not None
    assert (summary.best_epoch, summary.best) == (3, {"loss": 0.0})


def test_the_best_epoch_of_a_long_log_is_not_guessed_from_its_end(run: RunFolder) -> None:
    epochs = [Epoch(float(n), n, {"loss": float(n)}, 0.001, 0.1) for n in range(1, 2001)]
    write(run, *epochs, Failed(9.0, "out of memory"))
    summary = summarise(run)
    assert summary is not None
    assert (summary.epochs, summary.best_epoch, summary.best) == (2000, None, {})


def test_a_run_that_goes_on_says_how_far_it_is_and_what_was_best(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = write_run(store, "xor", "answer", epochs=300, end="", trainer=True)
    summaries = RunSummaries(store, with_best=True)
    (summary,) = summaries.read()
    assert (summary.state, summary.epochs, summary.planned) == (RunState.RUNNING, 300, 1000)
    assert summary.best_loss is not None
    for _ in range(40):  # what was asked is not what is planned: a trainer may refuse
        run.send(SteeringCommand.EPOCHS, 7)
    with run.events_path.open("a") as file:
        file.write(format_event(Planned(5.0, 400)))
        file.write(format_event(Epoch(5.0, 301, {"loss": 9.0, "val_loss": -1.0}, 0.1, 0.1)))
    (summary,) = summaries.read_running()
    assert (summary.epochs, summary.best_epoch, summary.planned) == (301, 301, 400)
    with run.events_path.open("a") as file:
        file.write(format_event(Finished(6.0, 301, 301, None, None, {"val_loss": -1.0})))
    (summary,) = summaries.read_running()
    assert (summary.state, summary.best) == (RunState.FINISHED, {"val_loss": -1.0})


def test_a_list_does_not_wait_for_a_long_log(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = write_run(store, "xor", "answer", epochs=20_000, end="", trainer=True)
    assert run.events_path.stat().st_size > 2 * SLICE
    (known,) = RunSummaries(store, with_best=True).read()
    assert known.best_loss is not None
    summaries = RunSummaries(store, with_best=True, slices=1)
    (first,) = summaries.read()
    assert (first.epochs, first.best_epoch) == (20_000, None)
    looks = [summaries.read_running()[0].best_epoch for _ in range(8)]
    assert looks[0] is None
    assert looks[-1] == known.best_epoch


def test_of_a_lost_run_with_a_long_log_the_best_epoch_and_the_time_are_read_bit_by_bit(
    tmp_path: Path,
) -> None:
    store = RunStore(tmp_path)
    write_run(store, "xor", "answer", epochs=20_000, end="", host=platform.node())
    over: OverRuns = {}
    RunSummaries(store, over).read()  # as the first screen does, which shows no best epoch
    (known,) = RunSummaries(store, with_best=True).read()
    assert known.state is RunState.LOST
    assert known.seconds == pytest.approx(200.0)
    summaries = RunSummaries(store, over, with_best=True, slices=1)
    (first,) = summaries.read()
    assert (first.epochs, first.best_epoch, first.seconds) == (20_000, None, None)
    assert summaries.behind
    looks = []
    while summaries.behind:
        looks += summaries.read_running()
    assert [look.best_epoch for look in looks[:2]] == [None, None]
    assert looks[-1] == known
    assert RunSummaries(store, over, with_best=True, slices=1).read() == [known]


def test_of_a_lost_run_the_time_is_known_where_its_trainer_told_it_last(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = write_run(store, "xor", "answer", epochs=3_000, end="")
    append(run, [Machine(NOON + 90_000, 0.5, 1, 2, 1, trained=60.0)])
    append(run, [Epoch(NOON + 90_001, 3_001, {"loss": 1.0}, 0.1, 0.1)])
    assert [summary.seconds for summary in RunSummaries(store).read()] == [61.0]


def test_another_label_is_seen_on_a_run_that_is_over(run: RunFolder, tmp_path: Path) -> None:
    write(run, EPOCH, Failed(4.0, "out of memory"))
    summaries = RunSummaries(RunStore(tmp_path))
    assert summaries.read()[0].title == "answer"
    write_label(run.path, Label("the one that broke"))
    assert summaries.read()[0].title == "the one that broke"


def test_an_event_that_is_still_written_or_longer_than_a_block_is_no_trouble(
    run: RunFolder,
) -> None:
    long = Failed(4.0, "x" * 10_000)
    run.events_path.write_text(format_event(EPOCH) + format_event(long) + '{"t": 5.0, "ty')
    summary = summarise(run)
    assert summary is not None
    assert (summary.state, summary.epochs, summary.result) == (RunState.FAILED, 7, long.reason)


def test_a_run_that_was_over_and_goes_on_is_read_again(run: RunFolder, tmp_path: Path) -> None:
    write(run, EPOCH, Stopped(4.0, 7, 7, None, None))
    summaries = RunSummaries(RunStore(tmp_path))
    assert summaries.read()[0].epochs == 7
    write(run, EPOCH, Stopped(4.0, 7, 7, None, None), Finished(5.0, 9, 7, None, None))
    assert summaries.read()[0].epochs == 9


def test_an_end_before_the_run_was_taken_up_again_is_none(run: RunFolder) -> None:
    write(run, EPOCH, Stopped(4.0, 7, 7, {"accuracy": 0.5}, None))
    with run.events_path.open("a") as file:
        file.write('{"t": 5.0, "type": "resumed", "epoch": 7}\n')
    summary = summarise(run)
    assert summary is not None
    # Its process is not there: without a word after it was taken up, it is lost.
    assert (summary.state, summary.epochs, summary.test) == (RunState.LOST, 7, {})


def test_the_time_trained_is_told_only_where_the_end_of_the_events_tells_it(
    tmp_path: Path,
) -> None:
    store = RunStore(tmp_path)
    for seed, epochs in enumerate((3, 60_000)):
        write_run(store, "xor", "answer", epochs=epochs, end="", seed=seed)
    times = {run.epochs: run.seconds for run in RunSummaries(store).read()}
    assert times[3] is not None
    # Between its start and its last epoch it may have lain still for days.
    assert times[60_000] is None


@pytest.mark.parametrize("name", ["fold", "resnet 50", "größe"])
def test_a_fit_has_its_own_number_once_whatever_was_deleted_before_it(
    tmp_path: Path, name: str
) -> None:
    store = RunStore(tmp_path)
    first = begin(store, by="train", called=name, began=NOON)
    for number in (2, 3):
        begin(store, by="train", called=f"{name} {number}", group=first.id, began=NOON + number)
    summaries = RunSummaries(store)

    def titles() -> list[str]:
        return [run.title for run in with_fits(summaries.read())][::-1]

    assert titles() == [f"{name} 1/3", f"{name} 2/3", f"{name} 3/3"]
    shutil.rmtree(first.path)
    assert titles() == [f"{name} 1/2", f"{name} 2/2"]


def test_a_number_that_is_part_of_a_fits_name_stays(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    first = begin(store, by="train", called="units 32", began=NOON)
    begin(store, by="train", called="units 64", group=first.id, began=NOON + 1)
    titles = [run.title for run in with_fits(RunSummaries(store).read())]
    assert titles == ["units 64 2/2", "units 32 1/2"]
