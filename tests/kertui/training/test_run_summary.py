from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kertasks.registry import find_task
from kertui.training.events import Epoch, Failed, Finished, Started, Stopped, format_event
from kertui.training.run_folder import RunFolder
from kertui.training.run_state import RunState
from kertui.training.run_summaries import RunSummaries
from kertui.training.run_summary import in_words, summarise
from kertui.training.store import RunStore


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
    run.events_path.unlink()
    assert summaries.read() == first


def test_a_run_that_only_just_began_is_running(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    summary = summarise(store.create(find_task("xor").recipe()))
    assert summary is not None
    assert (summary.task, summary.recipe) == ("xor", find_task("xor").recipe().name)
    assert summary.state is RunState.RUNNING


def test_a_folder_that_never_began_is_no_run(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = store.create(find_task("xor").recipe())
    os.utime(run.path, (1.0, 1.0))
    assert summarise(run) is None
    assert RunSummaries(store).read() == []
