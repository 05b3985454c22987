"""A damaged run is a row that says so, among the others as they are; nothing waits or breaks."""

from __future__ import annotations

import contextlib
import json
import os
import platform
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.run_damage import FIELDS, TEXTS, WAYS, change, no_end, not_waiting
from tests.support.run_folders import NOON, write_run

from kertasks.errors import UserError
from kertasks.files import open_to_append
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.event_reader import EventReader, Tail
from kertasks.runs.event_file.events import Finished, Notice, format_event
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.label import Label, read_label
from kertasks.runs.home.listing import RunSummaries
from kertasks.runs.home.store import RunStore
from kertasks.runs.home.summary import RunSummary, summarise
from kertasks.runs.resumable import require_resumable
from kertasks.runs.run_errors import NeverBegan, RunDamaged
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import Command, read_commands, write_command
from kertasks.runs.steering.sending import kill, send_and_wait
from kertasks.trainer.process.worker import become_trainer
from kertui.cli.main import run as kertui


@pytest.fixture
def store(home: Path) -> RunStore:
    return RunStore(home)


@pytest.fixture
def run(store: RunStore) -> Iterator[RunFolder]:
    """A run beside a good one."""
    write_run(store, "square", "tanh", epochs=5, began=NOON - 60)
    run = write_run(store, "xor", "answer", epochs=3, host=platform.node())
    with not_waiting():
        yield run


@pytest.mark.parametrize("way", WAYS)
def test_one_damaged_run_hides_no_other(
    run: RunFolder, way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    WAYS[way](run)
    assert kertui(["runs"]) == 0
    assert kertui(["runs", "--json"]) == 0
    out, err = capsys.readouterr()
    table, _, listed = out.partition("[")
    assert "square" in table
    found = {one["id"]: one for one in json.loads(f"[{listed}")}
    assert len(found) == 2
    assert ("cannot be read" in err) == bool(found[run.id]["damage"])
    for words in (["attach", run.id, "--once"], ["logs", run.id]):
        assert kertui(words) in (0, 1, 2)
        assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(("name", "value"), FIELDS)
def test_a_manifest_says_which_field_is_wrong(run: RunFolder, name: str, value: object) -> None:
    change(run, **{name: value})
    with pytest.raises(RunDamaged, match=rf"run\.json cannot be read: {name} is .*, not "):
        run.manifest()
    summary = summarise(run)
    assert summary is not None
    assert (summary.state, summary.task, summary.recipe) == (RunState.FINISHED, "xor", "answer")
    assert summary.damage.startswith(f"run.json cannot be read: {name} is ")
    assert summary.best_epoch is not None


@pytest.mark.parametrize("data", TEXTS.values(), ids=TEXTS)
def test_a_manifest_that_is_none_is_damaged_and_its_run_lost(run: RunFolder, data: bytes) -> None:
    no_end(run)
    run.manifest_path.write_bytes(data)
    with pytest.raises(RunDamaged, match=r"run\.json cannot be read: "):
        run.manifest()
    assert run.state() is RunState.LOST


def test_a_missing_field_and_a_missing_file_are_told_apart(run: RunFolder) -> None:
    fields = json.loads(run.manifest_path.read_bytes())
    del fields["pid"]
    run.manifest_path.write_text(json.dumps(fields))
    with pytest.raises(RunDamaged, match="pid is missing"):
        run.manifest()
    run.manifest_path.unlink()
    with pytest.raises(NeverBegan, match="never began"):
        run.manifest()


def test_a_damaged_run_without_a_recipe_is_called_by_its_id(run: RunFolder) -> None:
    run.manifest_path.write_text("{")
    run.recipe_path.write_text("")
    summary = summarise(run)
    assert summary is not None
    assert (summary.task, summary.recipe) == ("", run.id)


@pytest.mark.parametrize("way", WAYS)
def test_whoever_asks_something_of_a_damaged_run_gets_an_answer(run: RunFolder, way: str) -> None:
    WAYS[way](run)
    asks: tuple[Callable[[], object], ...] = (
        lambda: send_and_wait(run, SteeringCommand.PAUSE, seconds=0.05),
        lambda: require_resumable(run, 9),
        lambda: kill(run, 0.05),
        run.recipe,
        run.source,
    )
    for ask in asks:
        with contextlib.suppress(UserError):
            ask()


def test_good_commands_are_read_beside_bad_ones(run: RunFolder) -> None:
    listed = [
        None, 3, "x", {}, {"number": 2}, {"number": True, "command": "stop"},
        {"number": 2**53 + 1, "command": "stop"}, {"number": -1, "command": "stop"},
        {"number": 4, "command": ["stop"]}, {"number": 5, "command": "epochs", "value": "x"},
        {"number": 6, "command": "stop"},
    ]  # fmt: skip
    run.control_path.write_text(json.dumps({"commands": listed}))
    assert read_commands(run.control_path) == [Command(6, "stop")]
    assert write_command(run.control_path, SteeringCommand.PAUSE).number == 7


@pytest.mark.parametrize("data", TEXTS.values(), ids=TEXTS)
def test_a_damaged_label_is_none(run: RunFolder, data: bytes) -> None:
    (run.path / "label.json").write_bytes(data)
    assert read_label(run.path) == Label()


@pytest.mark.parametrize("size", [1 << 20, 5_000_000])
def test_a_long_line_is_passed_over_without_being_kept(tmp_path: Path, size: int) -> None:
    path = tmp_path / "events.jsonl"
    before, after = Notice(1.0, "before"), Notice(2.0, "after")
    junk = "x" * (size + 1)
    path.write_text(f"{format_event(before)}{junk}\n{format_event(after)}{junk}")
    reader = EventReader(path)
    assert reader.read_all() == [before, after]
    assert [line.event for line in Tail(path, whole=True).backwards()] == [after, before]
    with path.open("a") as file:
        file.write("\n" + format_event(before))
    assert reader.read_all() == [before]
    assert next(Tail(path).backwards()).event == before


def test_a_line_as_long_as_is_allowed_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    lines = [
        json.dumps({"t": 1.0, "type": "notice", "text": "a", "more": "x" * 1_000_000})
        for _ in range(3)
    ]
    path.write_text("\n".join(lines) + "\n")
    assert EventReader(path).read_all() == [Notice(1.0, "a")] * 3
    assert [line.event for line in Tail(path, whole=True).backwards()] == [Notice(1.0, "a")] * 3


def test_an_end_is_seen_behind_much_junk(run: RunFolder) -> None:
    no_end(run)
    with run.events_path.open("a") as file:
        file.write(format_event(Finished(NOON, 3, None, None, None)))
        file.write("x" * 2_000_000 + "\n" * 10)
    assert run.state() is RunState.FINISHED


def test_a_damaged_run_in_a_list_is_read_again_when_it_is_mended(
    run: RunFolder, store: RunStore
) -> None:
    whole = run.manifest_path.read_bytes()
    run.manifest_path.write_text("{")
    summaries = RunSummaries(store, with_best=True)

    def read() -> RunSummary:
        (summary,) = (summary for summary in summaries.read() if summary.id == run.id)
        return summary

    assert "run.json cannot be read" in read().damage
    run.manifest_path.write_bytes(whole)
    mended = read()
    assert (mended.damage, mended.device) == ("", "GPU H100")


@pytest.mark.parametrize("name", ["events.jsonl", "trainer.log", "checkpoint"])
def test_a_run_is_not_resumed_through_a_link(
    run: RunFolder, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    precious = tmp_path / "precious"
    precious.mkdir() if name == "checkpoint" else precious.write_text("")
    path = run.path / name
    path.unlink(missing_ok=True)
    path.symlink_to(precious)
    with pytest.raises(RunDamaged, match=f"{name} is a link"):
        require_resumable(run, 9)
    assert kertui(["resume", run.id, "--epochs", "9"]) == 1
    assert f"{name} is a link" in capsys.readouterr().err


@pytest.mark.parametrize("what", ["link", "pipe", "folder"])
@pytest.mark.parametrize("opens", [EventLog, open_to_append])
def test_a_trainer_appends_to_files_of_its_own_only(
    tmp_path: Path, what: str, opens: Callable[[Path], object]
) -> None:
    precious, path = tmp_path / "precious", tmp_path / "file"
    precious.write_text("")
    make: dict[str, Callable[[], object]] = {
        "link": lambda: path.symlink_to(precious),
        "pipe": lambda: os.mkfifo(path),
        "folder": path.mkdir,
    }
    make[what]()
    with not_waiting(), pytest.raises(OSError, match=r"link|regular|directory"):
        opens(path)
    assert precious.read_text() == ""


def test_a_process_does_not_become_the_trainer_of_a_run_whose_log_is_a_link(
    run: RunFolder, tmp_path: Path
) -> None:
    run.log_path.symlink_to(tmp_path / "precious")
    mask = os.umask(0o022)
    try:
        with pytest.raises(RunDamaged, match="a link, not a file of its own"):
            become_trainer({"run": str(run.path), "resumes": False, "epochs": None})
    finally:
        os.umask(mask)
    assert not (tmp_path / "precious").exists()
