"""``kertui attach FILE_OR_FOLDER``: what Keras writes in a real training, followed meanwhile."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.support.event_files import EventFileWriter
from tests.support.run_folders import write_run
from tests.support.waiting import wait_until

from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.signs.process import process_start_time
from kertasks.runs.state import RunState
from kertui.cli.main import run as kertui
from kertui.service.following_process import FollowingProcess, NotFollowed

LOG = "epoch,loss\n0,0.5\n1,0.25\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the present one."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.training
def test_a_training_is_followed_as_its_files_grow(
    here: Path, home: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import keras
    import numpy as np

    x = np.random.default_rng(1).uniform(size=(32, 2)).astype("float32")
    y = (x.sum(axis=1) > 1).astype("float32")
    model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    held: list[FollowingProcess] = []
    seen: list[int] = []

    class Watcher(keras.callbacks.Callback):  # type: ignore[misc]  # keras carries no types
        """Sees that an epoch is told before the next one begins."""

        def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
            if not held:
                held.append(FollowingProcess(here / "log.csv", RunStore(home), cache))
            run = held[0].run
            wait_until(lambda: RunHistory.read(run.events_path).epochs > epoch)
            assert run.state() is RunState.RUNNING
            seen.append(epoch)

    fitted = model.fit(
        x, y, epochs=4, validation_split=0.25, validation_freq=2, verbose=0,
        callbacks=[
            keras.callbacks.CSVLogger("log.csv"), keras.callbacks.TensorBoard("tb"), Watcher(),
        ],
    )  # fmt: skip
    [process] = held
    run, (pid, started) = process.run, (process.pid, process_start_time(process.pid))
    assert (seen, started is not None) == ([0, 1, 2, 3], True)
    process.close()
    assert process_start_time(pid) is None
    assert run.state() is RunState.SILENT
    history = RunHistory.read(run.events_path)
    for name in ("loss", "accuracy"):
        assert list(history.column(name)) == fitted.history[name]
    assert [history.value_at("val_loss", epoch) for epoch in (2, 4)] == fitted.history["val_loss"]
    assert history.not_finite_since is None

    assert kertui(["attach", "tb", "--once", "--width", "100"]) == 0
    said = capsys.readouterr().out
    assert "training   epoch 4" in said
    from_folder = RunStore(home).find("tb")
    numbers = RunHistory.read(from_folder.events_path)
    assert set(numbers.metric_names) == set(history.metric_names)
    for name in ("loss", "accuracy"):
        assert list(numbers.column(name)) == pytest.approx(fitted.history[name], rel=1e-6)
    assert list(numbers.learning_rates) == pytest.approx([0.01] * 4)
    assert kertui(["runs", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {(one["task"], one["state"], one["epochs"], one["origin"]) for one in listed} == {
        ("log.csv", "silent", 4, "file"),
        ("tb", "silent", 4, "file"),
    }
    # A second training into the same file, as CSVLogger's own way is.
    model.fit(x, y, epochs=1, verbose=0, callbacks=[keras.callbacks.CSVLogger("log.csv")])
    assert kertui(["attach", "log.csv", "--once"]) == 0
    assert len(RunStore(home).runs()) == 3
    assert kertui(["export", run.id, "-o", "again.csv"]) == 0
    assert len((here / "again.csv").read_text().splitlines()) == 5


def test_whoever_follows_ends_with_whoever_wanted_to(here: Path, home: Path, cache: Path) -> None:
    (here / "log.csv").write_text(LOG)
    code = (
        "import sys, time; from pathlib import Path; "
        "from kertasks.runs.home.store import RunStore; "
        "from kertui.service.following_process import FollowingProcess as P; "
        "print(P(*map(Path, sys.argv[1:2]), RunStore(Path(sys.argv[2])), Path(sys.argv[3])).pid, "
        "flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", code, "log.csv", str(home), str(cache)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as interface:
        assert interface.stdout is not None
        pid = int(interface.stdout.readline())
        [run] = RunStore(home).runs()
        assert run.manifest().pid == pid
        interface.send_signal(signal.SIGKILL)
    wait_until(lambda: process_start_time(pid) is None)
    assert run.state() is RunState.SILENT


def test_a_second_one_takes_over_from_the_first(here: Path, home: Path, cache: Path) -> None:
    (here / "log.csv").write_text(LOG)
    first, second = (FollowingProcess(Path("log.csv"), RunStore(home), cache) for _ in range(2))
    assert first.run == second.run
    first.close()
    with (here / "log.csv").open("a") as file:
        file.write("2,0.125\n")
    wait_until(lambda: RunHistory.read(second.run.events_path).epochs == 3)
    second.close()


def test_a_name_may_be_that_of_a_run_or_of_a_log(
    here: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trained = write_run(RunStore(home), "xor", "answer", epochs=3)

    def shown(given: str) -> str:
        assert kertui(["attach", given, "--once"]) == 0
        return capsys.readouterr().out.splitlines()[2]

    (here / "xor").mkdir()  # no log
    assert shown("xor") == trained.id
    EventFileWriter(here / "xor" / "train").tensor("epoch_loss", 0.5, 0)
    followed = shown("xor")
    assert followed != trained.id
    assert shown("./xor") == shown("xor/train") == followed
    assert shown(trained.id) == trained.id
    (here / trained.id).mkdir()
    assert shown(trained.id) == trained.id
    (here / "last").write_text(LOG)
    newest = RunStore(home).find("last").id
    assert shown("last") == newest
    assert shown("./last") not in (newest, followed, trained.id)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("nowhere.csv", "there is no file or folder"),
        ("table.csv", "has no column named epoch, only name, age."),
        ("nowhere", "there is no run 'nowhere'"),
    ],
)
def test_what_is_neither_is_said_to_be_so(
    here: Path, home: Path, capsys: pytest.CaptureFixture[str], given: str, said: str
) -> None:
    (here / "table.csv").write_text("name,age\nAnn,3\n")
    assert kertui(["attach", given, "--once"]) in (1, 2)
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert not (home / "runs").exists()


def test_a_home_that_cannot_be_written_in_is_said_to_be_so(
    here: Path, tmp_path: Path, cache: Path
) -> None:
    (here / "log.csv").write_text(LOG)
    (tmp_path / "file").write_text("")
    with pytest.raises(NotFollowed, match="cannot list the runs in"):
        FollowingProcess(Path("log.csv"), RunStore(tmp_path / "file"), cache)
