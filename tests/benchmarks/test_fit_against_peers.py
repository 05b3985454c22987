"""The engines of ``fit_against_peers`` answer, and its tables say what they answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.benchmarks.fit_against_peers import COLUMNS, Comparison, Line, table
from tests.benchmarks.peers.protocol import EngineProcess
from tests.benchmarks.peers.workloads import find_workload


@pytest.mark.training
def test_engines_train_by_turns_and_one_that_dies_is_left_out(tmp_path: Path) -> None:
    columns = {column.name: column for column in COLUMNS}
    workload = find_workload("xor")
    engines = {name: columns[name].start(None) for name in ("sklearn", "short")}
    engines["keras"] = EngineProcess("tests.benchmarks.peers.no_such_engine")
    try:
        comparison = Comparison(dict(engines), budget=0.01, rounds=2)
        line = comparison.measure(workload, workload.load(), tmp_path / "xor.npz")
        perceptrons = Comparison({"sklearn": engines["sklearn"]}, budget=0.01, rounds=1)
        absent = perceptrons.measure(find_workload("lstm"), workload.load(), tmp_path / "lstm.npz")
    finally:
        for engine in engines.values():
            engine.close()
    assert {name: len(found) for name, found in line.rounds.items()} == {"sklearn": 2, "short": 2}
    assert min(line.first.values()) > 0
    assert len(comparison.notes) == 1
    assert "keras ended in xor" in comparison.notes[0]
    assert "no_such_engine" in comparison.notes[0]
    assert not absent.first
    assert not perceptrons.notes


def test_a_table_has_the_medians_and_a_dash_where_nothing_was_measured() -> None:
    line = Line(find_workload("xor"))
    line.rounds = {"graph": [0.004, 0.002, 0.003], "long": [0.001]}
    columns = [column for column in COLUMNS if column.name in ("torch", "graph", "long")]
    head, _, row = table([line], columns, "epoch").splitlines()
    assert head.count("|") == row.count("|") == 5
    assert row == "| xor | - | 3 | 1 |"
    assert table([line], columns, "ratio").splitlines()[2] == "| xor | - | 3 | 1 |"
