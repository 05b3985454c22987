"""How soon a tab is there after its key: on a live run, and on one that is over.

Drives the installed ``kertui`` through a pseudo-terminal of 120x36. The live run is xor, trained
flat out: its trainer answers. The one that is over is answered by the warm Keras process, which the
first look waits for where it is not warm yet: that is told apart. Run it as
``python -m tests.benchmarks.key_to_look [ROUNDS]``; with imdb's data files also its matrix.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.pseudo_terminal import PseudoTerminal

KERTUI = str(Path(sys.executable).with_name("kertui"))
HALF_BLOCKS = "▀▄"


def main() -> None:
    """Measure and print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    print(f"{'seconds from the key':<40}{'first':>8}{'median':>8}{'worst':>8}")
    with tempfile.TemporaryDirectory() as home:
        first, later = _live(home, rounds)
    _tell("xor, live, picture", first, later)
    with tempfile.TemporaryDirectory() as home:
        if _begin(home, "imdb", "--recipe", "book", "--epochs", "1").wait():
            print("imdb's data is not here: its matrix was not measured")
            return
        warm, later = _over(home, rounds)
    _tell("imdb, over, matrix (first: loads data)", warm, later)


def _tell(what: str, first: float, later: list[float]) -> None:
    print(f"{what:<40}{first:8.3f}{statistics.median(later):8.3f}{max(later):8.3f}", flush=True)


def _begin(home: str, *arguments: str) -> subprocess.Popen[bytes]:
    command = [KERTUI, "train", *arguments, "--home", home]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _live(home: str, rounds: int) -> tuple[float, list[float]]:
    training = _begin(home, "xor", "--recipe", "answer", "--epochs", "400000")
    while not list(Path(home).glob("**/events.jsonl")):
        time.sleep(0.1)
    with PseudoTerminal([KERTUI, "attach", "--home", home]) as terminal:
        terminal.wait_for("training", 120)
        _rest(terminal, 2.0)
        found = _times(terminal, "2", _has_picture, rounds)
        terminal.send("s")
        terminal.wait_for("stopped", 60)
    training.wait()
    return found


def _over(home: str, rounds: int) -> tuple[float, list[float]]:
    with PseudoTerminal([KERTUI, "attach", "--home", home]) as terminal:
        terminal.wait_for("finished", 60)
        _rest(terminal, 15.0)  # the process is warm by then
        return _times(terminal, "3", lambda text: "precision" in text, rounds)


def _times(
    terminal: PseudoTerminal, key: str, is_there: Callable[[str], bool], rounds: int
) -> tuple[float, list[float]]:
    """Seconds from the key of a tab to what it draws: the first time, and again and again."""
    found = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        terminal.send(key)
        terminal.wait_until(is_there, 60)
        found.append(time.perf_counter() - began)
        terminal.send("1")
        terminal.wait_until(lambda text: not is_there(text), 60)
        _rest(terminal, 0.5)
    return found[0], found[1:]


def _has_picture(text: str) -> bool:
    return sum(map(text.count, HALF_BLOCKS)) > 200


def _rest(terminal: PseudoTerminal, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        terminal.read(0.02)


if __name__ == "__main__":
    main()
