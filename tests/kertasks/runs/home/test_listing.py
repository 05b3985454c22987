from __future__ import annotations

import math

import pytest

from kertasks.runs.home.label import Label
from kertasks.runs.home.listing import SortKey, matches, ordered
from kertasks.runs.home.summary import RunSummary
from kertasks.runs.state import RunState


def run(id: str, created: float, state: RunState = RunState.FINISHED, **more: object) -> RunSummary:
    fields: dict[str, object] = {
        "task": "xor", "recipe": "answer", "epochs": 10, "result": "", "folder": f"/runs/{id}",
        **more,
    }  # fmt: skip
    return RunSummary(id=id, created=created, state=state, **fields)  # type: ignore[arg-type]  # the test's own fields


def ids(runs: list[RunSummary]) -> str:
    return "".join(run.id for run in runs)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True),
        ("XOR", True),
        ("xor finished", True),
        ("xor failed", False),
        ("h100 best", True),
        ("#gp", True),
        ("#pu", False),
        ("dropout", True),
        ("gpu-box", True),
        ("20261122", True),
    ],
)
def test_every_word_must_be_found_somewhere(text: str, found: bool) -> None:
    labelled = run(
        "20261122-031500-xor-answer",
        1.0,
        label=Label("my best", ("gpu",), "with Dropout"),
        device="H100",
        host="gpu-box",
    )
    assert matches(labelled, text) is found


def test_runs_that_go_on_stay_on_top_whatever_the_order() -> None:
    runs = [
        run("a", 1.0, epochs=5),
        run("b", 2.0, RunState.RUNNING, epochs=1),
        run("c", 3.0, epochs=9),
        run("d", 4.0, RunState.PAUSED, epochs=2),
    ]
    assert ids(ordered(runs)) == "dbca"
    assert ids(ordered(runs, reverse=True)) == "bdac"
    assert ids(ordered(runs, SortKey.EPOCHS)) == "dbca"
    assert ids(ordered(runs, SortKey.EPOCHS, reverse=True)) == "bdac"


def test_what_is_not_known_comes_last_in_both_directions() -> None:
    runs = [
        run("a", 1.0, best={"val_loss": 0.3, "loss": 0.1}),
        run("b", 2.0),
        run("c", 3.0, best={"loss": 0.2}),
        run("d", 4.0, best={"loss": math.nan}),
    ]
    assert ids(ordered(runs, SortKey.BEST)) == "cadb"
    assert ids(ordered(runs, SortKey.BEST, reverse=True)) == "acdb"


def test_the_best_test_result_is_first_of_its_metric() -> None:
    runs = [
        run("a", 1.0, test={"loss": 0.1, "accuracy": 0.7}),
        run("b", 2.0, test={"loss": 0.1, "accuracy": 0.9}),
        run("c", 3.0, test={"loss": 0.1, "mae": 3.0}),
        run("d", 4.0, test={"loss": 0.1, "mae": 2.0}),
    ]
    assert ids(ordered(runs, SortKey.TEST)) == "badc"


def test_every_key_sorts_every_run() -> None:
    runs = [run("a", 1.0, seconds=3.0, device="CPU"), run("b", 2.0, label=Label("Zed"))]
    for key in SortKey:
        assert {one.id for one in ordered(runs, key)} == {"a", "b"}
    assert ids(ordered(runs, SortKey.RECIPE)) == "ab"
    assert ids(ordered(runs, SortKey.TIME)) == "ab"
