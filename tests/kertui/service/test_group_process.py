"""The process of a group that is late: it is ended, and nothing is left of the group."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.folder import GroupFolder
from kertasks.groups.store import GroupStore
from kertasks.registry import find_task
from kertui.cli.groups.beginning import begin_and_follow
from kertui.service import group_process
from kertui.service.group_process import RunnerNotStarted


def test_a_process_that_is_late_is_ended_and_the_group_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleeps = f"echo $$ > {tmp_path}/pid; echo 'waits for a disk'; exec sleep 600"
    monkeypatch.setattr(group_process, "keras_command", lambda *_: ["sh", "-c", sleeps])
    monkeypatch.setattr(group_process, "_STARTING", 1.0)
    made = list[GroupFolder]()

    def make() -> GroupFolder:
        recipe = find_task("xor").recipe()
        made.append(GroupStore(tmp_path).create(recipe, CrossValidation(4), "4 folds"))
        return made[0]

    began = time.monotonic()
    with pytest.raises(RunnerNotStarted, match="did not begin within 1 s: waits for a disk"):
        begin_and_follow(make, detach=True, as_json=False)
    assert time.monotonic() - began < 10
    assert not made[0].path.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
