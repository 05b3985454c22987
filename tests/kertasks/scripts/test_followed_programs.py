"""Programs come to the same numbers followed as plainly, with every backend, and each call of
``fit`` is a run that says what its History says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kertasks.runs.event_file.events import Finished
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.manifest import Origin

HERE = Path(__file__).parent
FITS = {
    "plain": 1, "tf_data": 1, "generator": 1, "custom_step": 1, "gan": 1, "k_fold": 2,
    "callbacks": 1, "dead_relu": 1,
}  # fmt: skip


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_programs_come_to_the_same_followed(backend: str, tmp_path: Path) -> None:
    out, home = tmp_path / "out.json", tmp_path / "home"
    programs = [str(HERE / "programs" / f"{name}.py") for name in FITS]
    done = subprocess.run(
        [sys.executable, str(HERE / "follow_programs.py"), str(out), str(home), *programs],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "kertui:" not in done.stderr  # no warning of ours
    found = json.loads(out.read_text())
    runs = [(run.manifest(), RunHistory.read(run.events_path)) for run in RunStore(home).runs()]
    for name, fits in FITS.items():
        came_to = found[name]
        assert came_to["followed"] == came_to["plain"], name
        group = [(m, h) for m, h in runs if m.group == came_to["group"]]
        group.sort(key=lambda pair: pair[0].created)
        assert len(group) == fits, name
        histories = came_to["plain"]["history"]
        for (manifest, history), columns in zip(
            group, histories if fits > 1 else [histories], strict=True
        ):
            assert (manifest.task, manifest.origin) == (f"{name}.py", Origin.SCRIPT)
            assert backend in manifest.versions
            assert isinstance(history.ended, Finished)
            for metric, values in columns.items():
                if metric != "learning_rate":  # that an epoch was trained with
                    assert list(history.column(metric)) == values, (name, metric)
    (early,) = (h.ended for m, h in runs if m.task == "callbacks.py")
    assert isinstance(early, Finished)
    # What a network computes is looked at with every backend.
    findings = {m.task: {(f.code, f.layer) for _, f in h.findings} for m, h in runs}
    assert ("dead-after-training", 0) in findings["dead_relu.py"]
    assert ("dead-after-training", 0) not in findings["plain.py"]
    # Early stopping gave it the weights of the best epoch, by its own monitor.
    assert early.epochs < 30
    assert early.restored_epoch == early.best_epoch
