"""``--notify`` of ``kertui train``: real bytes on a real terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.trainers import PATIENCE

from kertasks.runs.store import RunStore

KERTUI = [sys.executable, "-m", "kertui"]


@pytest.mark.training
def test_a_training_rings_once_when_it_is_over(trainer_home: Path) -> None:
    words = ["train", "threshold", "--epochs", "3", "--notify"]
    with PseudoTerminal([*KERTUI, *words], environment={"TERM_PROGRAM": "iTerm.app"}) as terminal:
        assert terminal.wait_for_end(PATIENCE) == 0
        told = b"\x07\x1b]9;kertui: threshold answer finished: test accuracy "
        assert terminal.raw.count(told) == 1
        assert terminal.raw.count(b"\x07") == 2
        assert "finished: 3 epochs" in terminal.text
    assert len(RunStore(trainer_home).runs()) == 1
