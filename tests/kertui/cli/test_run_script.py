"""``kertui run``: a program runs as Python would run it, outlives who began it, and is steered."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.trainers import FollowedRun
from tests.support.waiting import wait_until

from kertasks.runs.event_file.events import Failed, Finished, Stopped
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.state import RunState

KERTUI = str(Path(sys.executable).with_name("kertui"))

LONG = """
import keras, numpy as np
print("before", flush=True)
x = np.zeros((640, 4), "float32")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.001), "mse")
history = model.fit(x, x[:, 0] + 1, epochs=100_000, batch_size=32, verbose=0).history
print("after", repr(history["loss"][-1]), model.get_weights()[1][0])
"""

TWICE = """
import os, sys
from pathlib import Path
import keras, numpy as np
Path("elsewhere").mkdir()
os.chdir("elsewhere")
x = np.zeros((8, 2), "float32")
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, x[:, 0], epochs=2, verbose=0)
if os.fork() == 0:
    print("the child prints too")
    os._exit(0)
os.wait()
model.fit(x, x[:, 0], epochs=3, verbose=0)
print(__name__, sys.argv, Path.cwd().name)
sys.exit(3)
"""


def program(folder: Path, text: str, name: str = "train.py") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def kertui(*arguments: str, **kwargs: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([KERTUI, *arguments], capture_output=True, text=True, **kwargs)


def ended(run: RunFolder) -> Any:
    return RunHistory.read(run.events_path).ended


@pytest.mark.parametrize(
    ("text", "given", "status", "printed", "reason"),
    [
        ("print('hello')", "", 0, "hello\n", "ended, and never called fit"),
        ("import sys; sys.exit(3)", "", 3, "", "ended with status 3, and never called fit"),
        ("import sys; sys.exit('no data')", "", 1, "no data\n", "ended with status 1, "),
        (
            "def load():\n    raise OSError('no disk')\nload()",
            "",
            1,
            'train.py", line 3, in <module>\n    load()\n',
            "failed: OSError: no disk (train.py, line 2), and never called fit",
        ),
        ("x = (", "", 1, "SyntaxError", "failed: SyntaxError: "),
        ("raise KeyboardInterrupt", "", 130, "KeyboardInterrupt", "was interrupted (Ctrl-C)"),
        ("print(input() * 2)", "piped\n", 0, "pipedpiped\n", "ended, and never called fit"),
    ],
    ids=["never fits", "exits", "says why", "raises", "is no Python", "is interrupted", "reads"],
)
def test_how_a_program_ends_is_said(
    trainer_home: Path,
    tmp_path: Path,
    text: str,
    given: str,
    status: int,
    printed: str,
    reason: str,
) -> None:
    done = kertui("run", program(tmp_path, text), input=given)
    assert done.returncode == status, done.stderr
    assert printed in done.stdout
    assert "kertasks" not in done.stdout  # a traceback is of the program alone
    (run,) = RunStore(trainer_home).runs()
    assert run.log_path.read_text() == done.stdout
    failed = ended(run)
    assert isinstance(failed, Failed)
    assert failed.reason.startswith(f"train.py {reason}")
    assert run.manifest().task == "train.py"


def test_what_is_no_program_is_said_before_anything_runs(
    trainer_home: Path, tmp_path: Path
) -> None:
    assert "nothing.py is not there" in kertui("run", str(tmp_path / "nothing.py")).stderr
    assert "is a folder" in kertui("run", str(tmp_path)).stderr
    blocked = tmp_path / "blocked"
    blocked.write_text("no folder")
    home = str(blocked / "home")
    done = kertui("run", "--home", home, program(tmp_path, "print('ran')"))
    assert done.returncode == 1
    assert "cannot keep runs in" in done.stderr
    assert "ran" not in done.stdout


def test_ctrl_c_is_the_programs_and_so_is_a_signal_that_kills_it(
    trainer_home: Path, tmp_path: Path
) -> None:
    path = program(tmp_path, "import time; print('waits', flush=True); time.sleep(600)")
    with PseudoTerminal([KERTUI, "run", "--plain", path]) as terminal:
        terminal.wait_for("waits")
        terminal.send("\x03")
        terminal.wait_for("train.py ended with status 130")
        assert terminal.wait_for_end() == 130
    (first,) = RunStore(trainer_home).runs()
    assert ended(first).reason == "train.py was interrupted (Ctrl-C), and never called fit"
    with PseudoTerminal([KERTUI, "run", "--plain", path]) as terminal:
        terminal.wait_for("waits")
        killed = RunStore(trainer_home).find("last")
        os.kill(killed.manifest().pid, signal.SIGKILL)
        assert terminal.wait_for_end() == 137
    assert killed.state() is RunState.LOST


def test_a_hundred_megabytes_are_printed_whole(trainer_home: Path, tmp_path: Path) -> None:
    line = "x" * 999
    path = program(tmp_path, f"for _ in range(100_000): print({line!r})")
    with (tmp_path / "out").open("wb") as out:
        subprocess.run([KERTUI, "run", path], stdout=out, check=True)
    assert (tmp_path / "out").stat().st_size == 100_000_000
    (run,) = RunStore(trainer_home).runs()
    assert run.log_path.stat().st_size == 100_000_000
    assert line in kertui("logs", run.id).stdout[-1001:]


def test_each_fit_is_a_run_and_the_status_is_the_programs(
    trainer_home: Path, tmp_path: Path
) -> None:
    path = program(tmp_path, TWICE)
    done = kertui("run", "--name", "pair", path, "--epochs", "7", cwd=tmp_path)
    assert done.returncode == 3, done.stdout
    assert f"__main__ ['{path}', '--epochs', '7'] elsewhere" in done.stdout
    assert "the child prints too" in done.stdout
    second, first = RunStore(trainer_home).runs()
    manifests = [run.manifest() for run in (first, second)]
    assert [manifest.recipe for manifest in manifests] == ["pair", "pair 2"]
    assert {manifest.group for manifest in manifests} == {first.id}
    assert [type(ended(run)) for run in (first, second)] == [Finished, Finished]
    assert [ended(run).epochs for run in (first, second)] == [2, 3]
    # What a program prints is one text, whichever of its runs is looked at.
    assert first.log_path.samefile(second.log_path)
    notices = [notice.text for notice in RunHistory.read(second.events_path).notices]
    assert notices == ["train.py ended with status 3 after this training"]


def test_a_program_outlives_who_began_it_and_is_steered(trainer_home: Path, tmp_path: Path) -> None:
    path = program(tmp_path, LONG)
    with PseudoTerminal([KERTUI, "run", path], columns=80, rows=24) as terminal:
        terminal.wait_for("before")
        terminal.wait_for("train.py")
        terminal.wait_for("training")
        (run,) = RunStore(trainer_home).runs()
        FollowedRun(run).wait_for_epochs(3)
        terminal.process.kill()
    assert "paused at epoch" in kertui("pause", "last").stdout
    assert run.state() is RunState.PAUSED
    place = RunHistory.read(run.events_path).epochs
    assert "batches into the next" in kertui("step", "--batch", "last").stdout
    assert "can be had" in kertui("set", "last", "--epochs", "200000").stderr
    assert "goes on" in kertui("resume", "last").stdout
    wait_until(lambda: RunHistory.read(run.events_path).epochs > place)
    assert kertui("stop", "--best", "last").returncode == 0
    stopped = ended(run)
    assert isinstance(stopped, Stopped)
    assert stopped.restored_epoch == stopped.best_epoch
    # The program goes on with the weights that were best, and ends.
    wait_until(lambda: "after" in run.log_path.read_text())
    listed = json.loads(kertui("runs", "--json").stdout)
    assert [one["state"] for one in listed] == ["stopped"]
