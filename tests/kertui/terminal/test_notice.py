"""What tells a person who looks elsewhere, and that the terminal's window gets it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.live_app import START, exclusive_or, record
from tests.support.pseudo_terminal import PseudoTerminal

from kertasks.registry import find_task
from kertasks.runs.event_file.events import Finished, format_event
from kertasks.runs.folder import RunFolder
from kertui.terminal.capabilities import Capabilities, Host, detect
from kertui.terminal.notice import notice

KERTUI = [sys.executable, "-m", "kertui"]
OVER = b"notify;kertui;xor answer finished: test accuracy 0.750\x07"


def codes(text: str, **environ: str) -> str:
    return notice(text, detect(environ={"LC_ALL": "C.UTF-8"} | environ), environ)


def test_each_terminal_gets_what_it_knows() -> None:
    osc_9, osc_777 = "\x1b]9;kertui: over\x07", "\x1b]777;notify;kertui;over\x07"
    for known in (
        {"TERM_PROGRAM": "iTerm.app"},
        {"TERM_PROGRAM": "WezTerm"},
        {"LC_TERMINAL": "iTerm2", "TERM": "xterm-256color"},
        {"WT_SESSION": "1"},
        {"TERM": "xterm-kitty"},
        {"TERM": "xterm-ghostty"},
    ):
        assert codes("over", **known) == f"\x07{osc_9}"
    for known in ({"TERM": "rxvt-unicode-256color"}, {"TERM": "foot"}, {"VTE_VERSION": "7600"}):
        assert codes("over", **known) == f"\x07{osc_777}"
    assert codes("over", TERM="xterm-256color") == f"\x07{osc_9}{osc_777}"
    assert codes("over", TERM="linux") == codes("over", TERM="dumb") == "\x07"
    assert codes("over", TERM="foot", TMUX="/tmp/x,1,0") == (
        "\x07\x1bPtmux;\x1b\x1b]777;notify;kertui;over\x07\x1b\\"
    )
    assert codes("over", TERM="screen", VTE_VERSION="1") == f"\x07\x1bP{osc_777}\x1b\\"


def test_a_text_steers_nothing() -> None:
    wild = "é;\x1b]0;own\x07\n\x9b2J\u202e" + "x" * 500
    said = codes(wild, TERM="foot")
    assert said.startswith("\x07\x1b]777;notify;kertui;é,]0,own 2Jxxx")
    assert said.endswith("x\x07")
    assert said.count("\x1b") == 1
    assert len(said) < 160
    plain = notice(wild, Capabilities(ascii=True, host=Host.TMUX), {"TERM": "foot"})
    assert plain.isascii()
    assert "kertui;e,]0,own" in plain


def end(run: RunFolder) -> None:
    test = {"loss": 0.5, "accuracy": 0.75}
    with run.events_path.open("a") as file:
        file.write(format_event(Finished(START + 3, 1000, 9, test, None, test_rows=4)))


@pytest.fixture
def run(home: Path) -> RunFolder:
    """A run that goes on: this process stands for its trainer."""
    found = record(home / "runs" / "20260101-000000-xor-answer", exclusive_or())
    found.write_recipe(find_task("xor").recipe())
    return found


@pytest.mark.terminal
def test_a_key_has_the_terminal_ring_when_the_run_shown_is_over(run: RunFolder) -> None:
    attach = [*KERTUI, "attach", run.id, "--no-spare", "--no-advice"]
    with PseudoTerminal(attach, environment={"VTE_VERSION": "7600"}) as terminal:
        terminal.wait_for("training")
        terminal.send("B")
        terminal.wait_for("training ♪")
        terminal.send("B")
        terminal.wait_until(lambda text: "♪" not in text)
        terminal.send("B")
        terminal.wait_for("training ♪")
        assert b"]777;" not in terminal.raw
        end(run)
        terminal.wait_until(lambda _: b"\x07\x1b]777;" + OVER in terminal.raw)
        terminal.wait_until(lambda text: "♪" not in text)
    assert terminal.raw.count(b"]777;") == 1


@pytest.mark.terminal
def test_tmux_hands_the_notice_on(run: RunFolder, tmp_path: Path) -> None:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed here")
    settings = tmp_path / "tmux.conf"
    settings.write_text("set -g allow-passthrough on\n")
    tmux = ["tmux", "-S", str(tmp_path / "tmux"), "-f", str(settings)]
    attach = [*KERTUI, "attach", run.id, "--no-spare", "--no-advice", "--notify"]
    with PseudoTerminal(
        [*tmux, "new-session", *attach], environment={"TMUX": "", "VTE_VERSION": "7600"}
    ) as terminal:
        terminal.wait_for("training ♪")
        end(run)
        terminal.wait_until(lambda _: b"\x1b]777;" + OVER in terminal.raw)
        assert b"Ptmux" not in terminal.raw
        subprocess.run([*tmux, "kill-server"], capture_output=True)
