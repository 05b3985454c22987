"""``--notify`` without the interface: real bytes on a real terminal."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.pseudo_terminal import PseudoTerminal


def test_the_terminal_rings_once_when_it_is_over(trainer_home: Path, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text("raise SystemExit(3)\n")
    command = [sys.executable, "-m", "kertui", "run", "--plain", "--notify", str(script)]
    with PseudoTerminal(command, environment={"VTE_VERSION": "7600"}) as terminal:
        assert terminal.wait_for_end() == 3
        told = b"\x07\x1b]777;notify;kertui;train.py fit failed: train.py ended with status 3, "
        assert terminal.raw.count(told) == 1
        assert terminal.raw.count(b"\x07") == 2
