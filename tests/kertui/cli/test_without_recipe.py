"""What the command line says of runs that no recipe trained."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.support.runs_without_recipe import BEGAN, adversarial, begin, learns

from kertasks.runs.event_file.events import Epoch, Event, Failed, Finished, Progress, Started
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.manifest import Origin
from kertasks.runs.signs.process import process_start_time
from kertui.cli.main import run


@pytest.fixture
def store(home: Path) -> RunStore:
    return RunStore(home)


def said(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    assert run([*words]) == status
    out, err = capsys.readouterr()
    return " ".join((out + err).split())


def over(store: RunStore) -> RunFolder:
    events = [*adversarial(12), Finished(BEGAN + 30, 12)]
    return begin(store, events, by="gan.py", called="faces", lives=False, printed="hello\n")


def test_a_run_of_a_script_is_listed_shown_and_exported(
    store: RunStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    id = over(store).id
    first = begin(store, [*learns(), Finished(BEGAN + 20, 12)], called="fold", began=BEGAN + 60)
    second = begin(store, [*learns(done=3)], called="fold", group=first.id, began=BEGAN + 90)

    table = said(capsys, "runs")
    assert "gan.py faces" in table
    assert "train.py fold 1/2" in table
    assert "train.py fold 2/2" in table
    told = {one["id"]: one for one in json.loads(said(capsys, "runs", "--json", first.id))}
    assert {one["group"] for one in told.values()} == {first.id}
    assert told.keys() == {first.id, second.id}
    assert told[second.id]["origin"] == "script"

    frame = said(capsys, "attach", id, "--once")
    assert frame.startswith("gan.py faces")
    assert "epoch 12/12" in frame
    assert "d loss" in frame
    assert "g loss" in frame
    assert "finished: d loss 0.5769, g loss 0.6659 of epoch 12" in frame
    assert "nan" not in frame
    assert "resume" not in frame
    assert "model.keras" not in frame  # which is not there

    assert said(capsys, "logs", id) == "hello"
    rows = said(capsys, "export", id, "-o", "-", "--format", "history").split()
    assert rows[0] == "epoch,d_loss,g_loss,learning_rate,seconds"
    assert rows[12].startswith("12,0.57")
    assert rows[12].endswith(",,1.0")
    board = tmp_path / "board"
    assert "tensorboard of" in said(capsys, "export", id, "-o", f"{board}/")
    assert (board / "train").is_dir()


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (("resume",), "cannot be resumed: gan.py trained it, no recipe. Start gan.py"),
        (("retrain",), "cannot be retrained: gan.py trained it"),
        (("export", "-o", "-"), "is no script to write: gan.py trained it"),
        (("evaluate",), "cannot be evaluated: gan.py trained it"),
        (("pause",), "is over (finished): nothing was changed"),
    ],
)
def test_what_needs_a_recipe_says_why_not_and_what_is_possible(
    store: RunStore, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], reason: str
) -> None:
    id = over(store).id
    name, *options = command
    text = said(capsys, name, id, *options, status=1)
    assert reason in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    "command", [("pause",), ("kill",), ("set", "--epochs", "3"), ("stop", "--best"), ("resume",)]
)
def test_nothing_steers_a_run_that_is_read_from_a_file(
    store: RunStore, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    events: list[Event] = [
        Started(BEGAN, None, None, None, ""),
        Epoch(BEGAN, 1, {"loss": 0.5}, 1e-3, 1.0),
    ]
    file = begin(store, events, by="losses.csv", called="losses", origin=Origin.FILE)
    name, *options = command
    assert "only read" in said(capsys, name, file.id, *options, status=1)
    assert not file.control_path.exists()
    frame = said(capsys, "attach", file.id, "--once")
    assert "losses.csv losses" in frame
    assert "epoch 1 " in frame


def test_a_script_that_goes_on_is_not_said_to_be_over(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    going = begin(store, learns())
    text = said(capsys, "resume", going.id, status=1)
    assert "is running: there is nothing to resume" in text


def test_steps_of_which_nobody_knows_how_many_there_are(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    events = [*adversarial(done=0), Progress(BEGAN + 3, 1, 1_234, {"d_loss": 0.7})]
    going = begin(store, events, by="gan.py")
    assert "epoch 1/20 step 1 234 " in said(capsys, "attach", going.id, "--once")


def test_a_script_that_was_lost_or_failed_is_not_said_to_be_resumed(
    store: RunStore, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = begin(store, adversarial(done=2), by="gan.py", lives=False)
    text = said(capsys, "attach", lost.id, "--once")
    assert "lost: gan.py is gone and wrote no end" in text
    assert "resume" not in text
    failed = begin(store, [Failed(BEGAN, "gan.py ended before it called fit")], by="gan.py")
    text = said(capsys, "attach", failed.id, "--once")
    assert "ended before it called fit" in text
    assert "mend gan.py and start it again" in text


def test_a_log_is_followed_until_its_script_ends_not_the_first_run_of_it(store: RunStore) -> None:
    waits = [sys.executable, "-c", "input()"]
    prints = [sys.executable, "-m", "kertui", "logs"]
    with subprocess.Popen(waits, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as script:
        run = begin(store, [*learns(), Finished(BEGAN + 20, 12)], printed="between\n")
        started = process_start_time(script.pid)
        assert started is not None
        own = replace(run.manifest(), pid=script.pid, process_started=started)
        run.write_manifest(own)
        with subprocess.Popen([*prints, "-f", run.id], stdout=subprocess.PIPE, text=True) as logs:
            assert logs.stdout is not None
            assert logs.stdout.readline() == "between\n"
            # Another one begins and ends meanwhile: had this one not waited, it would be gone.
            subprocess.run([*prints, run.id], stdout=subprocess.DEVNULL, check=True)
            with run.log_path.open("a") as log:
                log.write("the end\n")
            script.communicate()
            assert logs.communicate(timeout=60)[0] == "the end\n"
