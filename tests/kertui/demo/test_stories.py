"""Each story is played to its last caption, by the real program in a real terminal, at both
sizes."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
from tests.support.pseudo_terminal import PseudoTerminal

from kertui.demo.story import find_story
from kertui.demo.story_files import story_names

KERTUI = str(Path(sys.executable).with_name("kertui"))

SIZES = {"80x24": (80, 24), "120x36": (120, 36)}

WITHOUT = {
    "xor": (),
    "leave": ("--no-spare",),
    "square": ("--no-advice",),
    "reuters": ("--no-advice",),
}
"""Processes of which a story shows nothing: each imports Keras, which takes seconds of a core."""

pytestmark = [pytest.mark.terminal, pytest.mark.training]


def test_every_story_is_played() -> None:
    assert set(WITHOUT) == set(story_names())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", WITHOUT)
def test_a_story_comes_to_its_last_caption(
    name: str, size: str, trainer_home: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    story = find_story(name)
    if story.needs:
        request.getfixturevalue("genuine_data")
    columns, rows = SIZES[size]
    (tmp_path / "demos").mkdir()
    command = [KERTUI, *WITHOUT[name], "demo", name, "--speed", "10"]
    environment = {"TMPDIR": str(tmp_path / "demos")}
    last = " ".join(story.steps[-1].caption.split()[:5])
    with PseudoTerminal(command, columns=columns, rows=rows, environment=environment) as terminal:
        screen = terminal.wait_until(lambda text: last in text or "ends at step" in text, 240)
        assert last in screen.split("\n")[rows - 2]
        assert "help" in screen.split("\n")[rows - 3]  # the line of keys lies above it, whole
        terminal.send("x")  # a person's: ends the demo, and is no letter in a field
        terminal.wait_for("It is yours now")
        terminal.wait_until(lambda text: "help" in text.split("\n")[rows - 1])
        terminal.process.terminate()
        assert terminal.wait_for_end() == 128 + signal.SIGTERM
    assert not trainer_home.exists()
    assert not list((tmp_path / "demos").iterdir())  # its home has gone
