"""What a shell completes, asked as a shell asks, and by the real bash."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kertasks.registry import find_task
from kertasks.runs.home.label import Label, write_label
from kertasks.runs.home.store import RunStore
from kertui.cli.main import run
from kertui.live.tab import all_tabs

KERTUI = Path(sys.executable).with_name("kertui")


def completed(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[str]:
    """What fits the last word of a line, as bash gets it: a kind and a word each."""
    monkeypatch.setenv("_KERTUI_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
    with pytest.raises(SystemExit) as end:
        run([])
    assert end.value.code == 0
    return capsys.readouterr().out.split("\n")[:-1]


def test_names_are_completed_from_what_is_there(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = RunStore(home).create_without_recipe("my net")
    write_label(made.path, Label("good one"))

    def words(line: str) -> list[str]:
        return completed(line, monkeypatch, capsys)

    assert words("kertui attach ") == ["plain,last", f"plain,{made.id}"]
    assert words(f"kertui evaluate last {made.id[:9]}") == [f"plain,{made.id}"]
    assert words("kertui train xo") == ["plain,xor"]
    assert words("kertui train ./wi") == ["file,./wi"]
    recipes = [f"plain,{name}" for name in find_task("square").recipes if name[0] == "t"]
    assert words("kertui train square --recipe t") == recipes == ["plain,tanh"]
    tabs = sorted(f"plain,{tab.title}" for tab in all_tabs())
    assert words("kertui show last --tab ") == tabs
    assert "plain,xor" in words("kertui demo ")
    assert words("kertui steer") == [""]


def test_without_a_home_nothing_is_offered_and_nothing_said(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home.write_text("a file in its place")
    assert completed("kertui logs x", monkeypatch, capsys) == ["file,x"]
    assert capsys.readouterr().err == ""


@pytest.mark.terminal
def test_bash_completes_by_the_script(home: Path) -> None:
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed here")
    script = subprocess.run([KERTUI, "completion", "bash"], capture_output=True, text=True)
    asked = 'COMP_WORDS=(kertui att); COMP_CWORD=1; _kertui_completion kertui; echo "${COMPREPLY}"'
    path = f"{KERTUI.parent}{os.pathsep}{os.environ['PATH']}"
    said = subprocess.run(
        ["bash", "-c", f"{script.stdout}\n{asked}"],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path},
    )
    assert said.stdout == "attach\n"
    for shell, mark in (("zsh", "#compdef kertui"), ("fish", "function _kertui_completion")):
        printed = subprocess.run([KERTUI, "completion", shell], capture_output=True, text=True)
        assert mark in printed.stdout
