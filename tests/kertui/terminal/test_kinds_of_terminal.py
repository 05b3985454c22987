"""The real program in many kinds of terminal: what it draws with, and how it leaves them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.pseudo_terminal import PseudoTerminal

KERTUI = str(Path(sys.executable).with_name("kertui"))
PLAIN = [KERTUI, "--no-spare"]
FIRST_SCREEN = "type to filter"
ALL_COLOURS = re.compile(rb"[34]8;2;\d")
NOT_ASCII = re.compile(rb"[\x80-\xff]")

pytestmark = pytest.mark.terminal


@pytest.fixture
def environment(home: Path, tmp_path: Path, cache: Path) -> dict[str, str]:
    """Of a program with a home of its own, in a terminal of which little is told."""
    return {
        "KERTUI_HOME": str(home),
        "KERTUI_CACHE": str(cache),
        "KERAS_HOME": str(tmp_path / "keras"),
        **dict.fromkeys(("COLORTERM", "STY", "TMUX", "TERM_PROGRAM", "NO_COLOR"), ""),
    }


def answering(terminal: PseudoTerminal, **answers: str) -> Callable[[str], bool]:
    """A condition to wait for: the questions were asked, and are answered now."""

    def asked(_: str) -> bool:
        if b"\x1b[c" not in terminal.raw:
            return False
        terminal.send("".join(answers.values()))
        return True

    return asked


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ({"TERM": "dumb"}, "TERM=dumb"),
        ({"TERM": ""}, "TERM, which names its kind, is not set"),
    ],
)
def test_where_nothing_can_be_drawn_a_sentence_says_what_to_type_instead(
    environment: dict[str, str], kind: dict[str, str], words: str
) -> None:
    with PseudoTerminal(PLAIN, environment=environment | kind) as terminal:
        assert terminal.wait_for_end() == 2
        assert words in terminal.text
        assert "kertui train TASK" in " ".join(terminal.text.split())
        assert bytes(terminal.raw).replace(b"\x1b[c", b"").count(b"\x1b") == 0


@pytest.mark.parametrize(
    ("kind", "absent"),
    [
        ({"TERM": "screen-256color", "STY": "1.x", "COLORTERM": "truecolor"}, ALL_COLOURS),
        ({"PYTHONIOENCODING": "ascii"}, NOT_ASCII),
        ({"LC_ALL": "C"}, NOT_ASCII),
        ({"TERM": "never-heard-of"}, re.compile(rb"[34]8;[25];")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_terminal_gets_only_what_it_can_show(
    environment: dict[str, str], kind: dict[str, str], absent: re.Pattern[bytes]
) -> None:
    with PseudoTerminal(PLAIN, environment=environment | kind) as terminal:
        terminal.wait_for(FIRST_SCREEN)
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        drawn = bytes(terminal.raw).partition(b"\x1b[c")[2]
        assert absent.search(drawn) is None
        assert b"\\u" not in drawn


def test_the_console_gets_signs_of_its_font_until_a_key_changes_them(
    environment: dict[str, str],
) -> None:
    kind = {"TERM": "linux"}
    with PseudoTerminal(PLAIN, environment=environment | kind) as terminal:
        screen = terminal.wait_for("open a file")
        assert "│" in screen
        for sign in set(screen) - {"\n"}:
            assert sign.isascii() or sign in "×²·│●○" or sign.encode("cp437"), sign
        terminal.send("\x1b[[D")  # F4 of the console
        # What is said may be read before the rest of the screen is.
        terminal.wait_until(lambda screen: "plain ASCII" in screen and screen.isascii())
        terminal.send("\x1bOS")
        terminal.wait_for("Braille")
        terminal.wait_for("▏type to filter")
        terminal.send("q")
        assert terminal.wait_for_end() == 0


def test_what_the_terminal_answers_decides(environment: dict[str, str]) -> None:
    said = "\x1b[1;3R\x1bP1$r0;48:2::1:2:3m\x1b\\\x1b[>1;4000;0c\x1b[?62c"
    with PseudoTerminal(PLAIN, environment=environment | {"TERM": "xterm"}) as terminal:
        terminal.wait_until(answering(terminal, said=said))
        terminal.wait_for(FIRST_SCREEN)
        terminal.wait_until(lambda _: ALL_COLOURS.search(terminal.raw) is not None)
        # An answer that comes late, or to what nobody asked, is no key.
        terminal.send("\x1b[?62;22c\x1b]11;rgb:1e1e/1e1e/1e1e\x07\x1bP>|foot(1.2)\x1b\\xor")
        terminal.wait_until(lambda text: "▏" in text and "xor▏" in text)
        terminal.send("\x03")
        assert terminal.wait_for_end() == 0
    with PseudoTerminal(PLAIN, environment=environment) as terminal:
        terminal.wait_until(answering(terminal, said="\x1b[1;7R\x1b[?1;2c"))
        terminal.wait_for("_type to filter")
        terminal.send("q")
        assert terminal.wait_for_end() == 0


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed here")
@pytest.mark.parametrize("hands_on", [False, True])
def test_in_tmux_there_are_as_many_colours_as_it_hands_on(
    environment: dict[str, str], tmp_path: Path, hands_on: bool
) -> None:
    settings = tmp_path / "tmux.conf"
    feature = 'set -as terminal-overrides ",xterm-256color:Tc"\n' if hands_on else ""
    settings.write_text(f"{feature}set -g default-terminal tmux-256color\nset -g status off\n")
    tmux = ["tmux", "-S", str(tmp_path / "socket"), "-f", str(settings)]
    record = tmp_path / "record"
    more = {"COLORTERM": "truecolor"}
    try:
        with PseudoTerminal(
            [*tmux, "new-session", *PLAIN], environment=environment | more
        ) as terminal:
            terminal.wait_for(FIRST_SCREEN)
            subprocess.run([*tmux, "pipe-pane", f"cat > {record}"], check=True)
            terminal.send("x")
            terminal.wait_for("exclusive or")
            if hands_on:
                terminal.wait_until(lambda _: ALL_COLOURS.search(terminal.raw) is not None)
            terminal.send("\x03")
            terminal.wait_for_end()
        sent = record.read_bytes()
        assert (ALL_COLOURS.search(sent) is not None) is hands_on
    finally:
        subprocess.run([*tmux, "kill-server"], capture_output=True)


# --- leaving it


def is_whole(terminal: PseudoTerminal, before: list[Any]) -> None:
    """Assert that every mode that was switched on is off again, and the line is as it was."""
    raw = bytes(terminal.raw)
    for mode in (1000, 1003, 1004, 1006, 1015, 1049, 2004):
        on, off = f"\x1b[?{mode}h".encode(), f"\x1b[?{mode}l".encode()
        assert raw.rfind(off) > raw.rfind(on) > -1, mode
    for on, off in ((b"\x1b[?25l", b"\x1b[?25h"), (b"\x1b[?7l", b"\x1b[?7h")):
        assert raw.rfind(off) > raw.rfind(on) > -1, on
    assert raw.count(b"\x1b[<u") == len(re.findall(rb"\x1b\[>\d+u", raw))
    assert raw.rfind(b"\x1b[<u") < raw.rfind(b"\x1b[?1049l")
    assert terminal.attributes() == before


@pytest.mark.parametrize(
    "number",
    [signal.SIGABRT, signal.SIGQUIT, signal.SIGSEGV, signal.SIGUSR1, signal.SIGINT],
)
def test_a_signal_that_can_be_caught_leaves_the_terminal_whole(
    environment: dict[str, str], number: signal.Signals
) -> None:
    with PseudoTerminal(PLAIN, environment=environment) as terminal:
        before = terminal.attributes()
        terminal.wait_for("no runs yet")  # faults are caught a moment after the first paint
        terminal.wait_until(lambda _: catches(terminal.process.pid, number))
        terminal.process.send_signal(number)
        status = terminal.wait_for_end()
        assert status == (130 if number is signal.SIGINT else -number)
        is_whole(terminal, before)


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether a process has a handler for a signal (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = int(re.findall(r"^SigCgt:\s*(\w+)", status, re.MULTILINE)[0], 16)
    return bool(caught >> (number - 1) & 1)


def until_drawn(terminal: PseudoTerminal) -> None:
    """Wait until a program that goes on has taken its terminal anew: what is typed until then may
    be gone."""
    shown = terminal.received
    terminal.wait_until(lambda _: terminal.received > shown)
    while terminal.read(0.5):
        pass


def test_it_can_be_stopped_and_continued_as_often_as_one_likes(
    environment: dict[str, str],
) -> None:
    def state() -> str:
        return Path(f"/proc/{terminal.process.pid}/stat").read_text().rpartition(")")[2].split()[0]

    with PseudoTerminal(PLAIN, environment=environment) as terminal:
        before = terminal.attributes()
        terminal.wait_for("no runs yet")
        terminal.process.send_signal(signal.SIGCONT)  # though it runs
        terminal.process.send_signal(signal.SIGTSTP)
        terminal.wait_until(lambda _: state() == "T")
        while terminal.read(0.2):
            pass
        is_whole(terminal, before)
        terminal.process.send_signal(signal.SIGCONT)
        until_drawn(terminal)
        terminal.send("square")
        terminal.wait_for("square▏")
        terminal.process.send_signal(signal.SIGSTOP)  # cannot be caught
        terminal.wait_until(lambda _: state() == "T")
        terminal.process.send_signal(signal.SIGCONT)
        until_drawn(terminal)
        terminal.send("\x1b")
        terminal.wait_for(FIRST_SCREEN)
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        is_whole(terminal, before)


def test_errors_that_go_to_a_file_are_not_the_screen(
    environment: dict[str, str], tmp_path: Path
) -> None:
    errors = tmp_path / "errors"
    command = ["sh", "-c", f"exec {KERTUI} --no-spare 2>{errors}"]
    with PseudoTerminal(command, environment=environment) as terminal:
        terminal.wait_for(FIRST_SCREEN)
        terminal.send("q")
        assert terminal.wait_for_end() == 0
    assert errors.read_text() == ""


def test_a_pipe_gets_words_and_no_codes(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [KERTUI], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 2
    assert "kertui train TASK" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
