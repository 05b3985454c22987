"""Tasks of a person's own code: found, told without running here, run where data is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.support.task_files import RING, write_task_file

from kertasks.data.folds.fold import Fold
from kertasks.errors import UserError
from kertasks.kinds import Group
from kertasks.own_tasks import code_reader, task_code
from kertasks.registry import TaskIsBroken, all_tasks, broken_tasks, find_task


@pytest.fixture
def folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is named on the command line."""
    monkeypatch.setenv("KERTUI_CACHE", str(tmp_path / "cache"))
    named = tmp_path / "course"
    named.mkdir(mode=0o700)
    monkeypatch.setenv("KERTUI_TASKS", str(named))
    return named


def why_of(name: str) -> str:
    return next(broken.why for broken in broken_tasks() if broken.name == name)


def test_a_file_is_a_task_with_all_that_a_built_in_one_has(folder: Path) -> None:
    write_task_file(
        folder,
        RING.replace(
            "group=Group.LEARN",
            'group=Group.LEARN, order=7, unit="m", fold_loader=lambda variant, seed, fold:'
            " load(variant, 100 * fold.number + seed)",
        ),
    )
    ring = find_task("ring")
    assert (ring.group, ring.title, ring.order, ring.unit) == (
        Group.YOURS, "between two circles", 7, "m",
    )  # fmt: skip
    assert list(ring.recipes) == ["small"]
    assert ring.recipe().fit.epochs == 60
    data = ring.load(seed=3)
    assert (data.train.rows, data.task, data.seed) == (800, "ring", 3)
    of_fold = ring.load(seed=3, fold=Fold(2, 4))
    assert (of_fold.train.rows, of_fold.fold) == (800, Fold(2, 4))
    assert (of_fold.train.x == ring.load(seed=203).train.x).all(), "its own loader of folds"
    assert ring.script is not None
    assert "np.hypot" in ring.script("points").code


def test_files_in_the_config_folder_and_in_every_named_one_are_found(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERTUI_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("KERTUI_TASKS", f"{folder}{os.pathsep}{tmp_path / 'more'}")
    places = {"a": tmp_path / "config" / "tasks", "b": folder, "c": tmp_path / "more"}
    for name, place in places.items():
        write_task_file(place, RING.replace('"ring"', f'"ring-{name}"'), f"{name}.py")
    for hidden in ("_helper.py", ".ring.py", "notes.txt"):
        write_task_file(folder, "raise SystemExit", hidden)
    own = [task.name for task in all_tasks() if task.group is Group.YOURS]
    assert own == ["ring-a", "ring-b", "ring-c"]
    assert broken_tasks() == ()


def test_listing_runs_nothing_here_and_only_once_elsewhere(folder: Path) -> None:
    counts = f"import os\nopen({str(folder / 'count')!r}, 'a').write(f'{{os.getpid()}} ')\n"
    write_task_file(folder, f"{RING}\n{counts}print('hello')\n")
    first = find_task("ring")
    pids = (folder / "count").read_text().split()
    assert len(pids) == 1
    assert str(os.getpid()) not in pids
    script = "from kertasks.registry import find_task; print(find_task('ring').version)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == first.version, "another process has it from the cache"
    assert find_task("ring") is first
    assert (folder / "count").read_text().split() == pids


def test_a_changed_file_is_another_task_and_its_data_is_described_anew(folder: Path) -> None:
    path = write_task_file(folder)
    before = find_task("ring")
    assert before.load().train.rows == 800
    path.write_text(RING.replace("[:800]", "[:700]"))
    after = find_task("ring")
    assert after.version != before.version
    assert after.load().train.rows == before.load().train.rows == 700


MISTAKES = {
    "x = (": "SyntaxError in line 1: '(' was never closed",
    "import no_such_package_anywhere": "ModuleNotFoundError in line 1: No module named",
    "\n1 / 0": "ZeroDivisionError in line 2: division by zero",
    "raise SystemExit(3)": "it calls exit(3) while it is read",
    "input()": "EOFError in line 1",
    "": "it.py defines no TASK",
    "TASK = 3": "it.py: TASK is of the type int, and has to be a kertasks.Task",
    "import os; os._exit(7)": "it.py: ends Python while it is read (exit status 7)",
    "import os; os.kill(os.getpid(), 11)": "it.py: ends Python while it is read (SIGSEGV)",
    RING.replace('"ring"', '"../ring"'): "TASK has the name '../ring'",
    RING.replace('"ring"', '"xor"'): "kertui has a task of that name, xor; another is allowed",
    RING.replace('default_recipe="small"', 'default_recipe="big"'): "the default recipe 'big'",
    RING.replace("variants=(Variant(", "variants=((").replace(")),)", "),)"): "TASK",
    RING.replace('task="ring"', 'task="rong"'): "a recipe 'small' of the task 'rong'",
    RING.replace("epochs=60", "epochs=0"): "fit.epochs: found 0",
    RING.replace("default_recipe=", 'files=("mine.csv",), default_recipe='): "mine.csv",
}


def test_what_is_wrong_with_a_file_is_said_and_nothing_else_suffers(
    folder: Path, home: Path
) -> None:
    write_task_file(folder)
    for place, text in enumerate(MISTAKES):
        write_task_file(folder, text, f"it{place}.py")
    said = [why_of(f"it{place}") for place in range(len(MISTAKES))]
    for place, (why, expected) in enumerate(zip(said, MISTAKES.values(), strict=True)):
        assert expected.replace("it.py", f"it{place}.py") in why
        assert why.startswith(f"it{place}.py"), why
        assert "\n" not in why
    log = home / "task-files.log"
    assert "ZeroDivisionError: division by zero" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
    assert find_task("ring").load().train.rows == 800
    with pytest.raises(TaskIsBroken, match="never closed"):
        find_task("it0")


def test_code_that_asks_for_tasks_while_it_is_read_is_not_read_for_its_own_sake(
    folder: Path,
) -> None:
    asks = "\nimport kertasks\nLAYERS = kertasks.find_task('xor').recipe().layers\n"
    write_task_file(folder, RING + asks)
    assert find_task("ring").load().train.rows == 800


def test_a_file_that_does_not_end_is_ended_with_all_it_started(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = folder / "began"
    text = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(began)!r}, 'a').write(f'{{child.pid}}\\n')\n"
        "child.wait()\n"
    )
    write_task_file(folder, text)
    monkeypatch.setattr(code_reader, "_LONGEST", 3.0)
    assert "ring.py: still runs after 3 s" in why_of("ring")
    (child,) = began.read_text().split()
    deadline = time.monotonic() + 20
    while Path(f"/proc/{child}").exists() and "Z" not in _state(child):
        assert time.monotonic() < deadline, "what it started still runs"
        time.sleep(0.05)
    kept = [json.loads(path.read_bytes()) for path in (folder.parent / "cache").rglob("*.json")]
    assert [one["hung"] for one in kept] == [True], "the next start does not wait again"


def _state(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def test_what_others_may_write_or_own_is_not_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_task_file(folder, mode=0o666)
    assert "everybody may write it" in why_of("ring")
    path.chmod(0o644)
    assert find_task("ring")
    folder.chmod(0o777)
    assert "course is not run: everybody may write it" in why_of("course")
    with pytest.raises(UserError, match="may write it"):
        task_code.run_task_code(task_code.TaskFile(path))
    folder.chmod(0o700)
    assert find_task("ring")
    tmp_path.chmod(0o777)
    assert "may write it" in why_of("course"), "another folder could be put in its place"
    tmp_path.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    if path.stat().st_uid:
        assert "it belongs to" in why_of("course")


def test_a_named_folder_that_is_none_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_task_file(folder)
    monkeypatch.setenv("KERTUI_TASKS", f"{folder / 'nowhere'}{os.pathsep}{file}")
    assert "cannot be read: no such file or directory" in why_of("nowhere")
    assert "no folder of task files" in why_of("ring.py")


def test_an_entry_point_of_an_installed_package_is_a_task(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    info = site / "our_course-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: our-course\nVersion: 1.0\n")
    points = ("ring = our_course_tasks:TASK", "whole = our_course_tasks", "no = nothing:x")
    (info / "entry_points.txt").write_text("\n".join(["[kertui.tasks]", *points]))
    write_task_file(site, RING.replace('"ring"', '"ring-of-ours"'), "our_course_tasks.py")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", str(site))
    assert find_task("ring-of-ours").load().train.rows == 800
    assert "ModuleNotFoundError: No module named 'nothing'" in why_of("no")
    assert "our_course_tasks.py has a task of that name" in why_of("our_course_tasks")
