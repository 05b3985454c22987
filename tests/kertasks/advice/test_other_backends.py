"""What advice measures by JAX is what it measures by TensorFlow, and what it finds too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.closeness import assert_close

PROGRAM = Path(__file__).parent / "facts_of_backend.py"


def numbers_in(what: Any) -> list[float]:
    """All numbers of a record, in their order."""
    if isinstance(what, (int, float)):
        return [float(what)]
    if not isinstance(what, (dict, list)):
        return []
    parts = what.values() if isinstance(what, dict) else what
    return [number for part in parts for number in numbers_in(part)]


@pytest.mark.long
def test_jax_and_tensorflow_measure_and_find_the_same(tmp_path: Path) -> None:
    found = []
    for backend in ("tensorflow", "jax"):
        out = tmp_path / f"{backend}.json"
        done = subprocess.run(
            [sys.executable, str(PROGRAM), str(out)],
            env={**os.environ, "KERAS_BACKEND": backend},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        found.append(json.loads(out.read_text()))
    one, other = found
    for mine, theirs in zip(one["arrays"], other["arrays"], strict=True):
        assert_close(mine, theirs, "outputs and gradients", 1e-4)
    for name in ("start", "layers", "shown", "loss"):
        assert len(numbers_in(one[name])) == len(numbers_in(other[name]))
        assert_close(numbers_in(one[name]), numbers_in(other[name]), name, 1e-3)
    assert numbers_in(one["shown"]["gradients"])
    assert one["shown"]["loss_in_use"] is not None
    assert one["alarms"] == other["alarms"]
    assert "dead-units" in one["alarms"]
    assert (one["helps"], other["helps"]) == (True, True)
