"""A story that cannot be played on says where it ended, and a person's first key ends any."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.support.pseudo_terminal import PseudoTerminal

STORY = """
title = "a screen that changed"
[[steps]]
caption = "The cursor goes down."
press = ["down"]
see = "exactly one of the two inputs"
[[steps]]
caption = "This was on the screen once."
see = "a word of yesterday"
within = 0.3
"""

# As ``kertui demo``, of another folder of stories.
DEMO = """
import sys, pathlib
from kertui.demo import story, story_files
story.FOLDER = story_files.FOLDER = pathlib.Path(sys.argv[1])
from kertui.cli.main import run
words = ["--no-spare", "--no-advice", "--ascii", "demo", "changed", "--speed", "20"]
sys.exit(run([*words, *sys.argv[2:]]))
"""


@pytest.mark.terminal
def test_a_story_ends_with_the_step_that_cannot_be_done(trainer_home: Path, tmp_path: Path) -> None:
    (tmp_path / "changed.toml").write_text(STORY)
    said = "The story changed ends at step 2 of 2: the screen did not show"
    command = [sys.executable, "-c", DEMO, str(tmp_path)]
    with PseudoTerminal(command, columns=80, rows=24) as terminal:
        lines = terminal.wait_for("ends at step 2").split("\n")
        assert lines[22].startswith(" stopped ")
        assert said in lines[22]
        assert "of yesterday' in 0.3 s." in lines[23]
        terminal.resize(100, 30)
        terminal.wait_until(lambda text: said in text.split("\n")[28])
        terminal.send("z")
        text = terminal.wait_for("It is yours now")
        assert "type to filter" in text  # the key was meant for the demo, and is not typed
        terminal.wait_until(lambda text: "help" in text.split("\n")[29])
        terminal.send("q")
        assert terminal.wait_for_end() == 1
        assert said in bytes(terminal.raw).rpartition(b"\x1b[?1049l")[2].decode()
    assert not trainer_home.exists()


@pytest.mark.terminal
def test_a_booth_begins_anew_until_ctrl_c(trainer_home: Path, tmp_path: Path) -> None:
    (tmp_path / "changed.toml").write_text(STORY.replace("within = 0.3", "within = 0.1"))
    command = [sys.executable, "-c", DEMO, str(tmp_path), "--loop"]
    with PseudoTerminal(command, columns=80, rows=24) as terminal:
        terminal.wait_until(lambda _: b"Ctrl-C ends it." in terminal.raw)
        terminal.send("\x03")
        assert terminal.wait_for_end() == 130
        assert b"Traceback" not in terminal.raw


@pytest.mark.terminal
def test_a_small_terminal_is_refused(trainer_home: Path) -> None:
    command = [sys.executable, "-m", "kertui", "demo"]
    with PseudoTerminal(command, columns=79, rows=24) as terminal:
        assert terminal.wait_for_end() == 2
        assert "stories are made for 80 by 24 and more" in terminal.text
