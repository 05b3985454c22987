"""A home of 1,000 runs, one of them with 200,000 epochs: is everything there at once?

    python -m tests.benchmarks.many_runs [ROUNDS]

Prints, as medians: seconds of ``kertui runs``; of the screen of runs, in a pseudo-terminal,
from its key to the first rows and to all runs, and from the key that goes to the long run to its
whole curve; and the memory of the interface then.
"""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.run_folders import NOON, write_run

from kertasks.runs.home.store import RunStore

RUNS = 1_000
LONG = 200_000
"""Epochs of the longest run, the newest one."""

RECIPES = (
    ("xor", "answer"),
    ("xor", "as asked"),
    ("square", "answer"),
    ("threshold", "as asked"),
    ("digits", "dense"),
    ("breast-cancer", "small"),
)
ENDS = ("finished", "stopped", "finished", "failed", "finished", "finished", "")
"""The last one has no end event: its process must be looked for."""

UP, DOWN = "\x1b[A", "\x1b[B"
KERTUI = str(Path(sys.executable).with_name("kertui"))


def make(home: Path) -> None:
    """The runs: 200 epochs each, and the long one."""
    store = RunStore(home)
    for number in range(RUNS - 1):
        task, recipe = RECIPES[number % len(RECIPES)]
        write_run(
            store,
            task,
            recipe,
            epochs=200,
            began=NOON - 60 * (number + 1),
            end=ENDS[number % len(ENDS)],
            held_out=number % 3 != 0,
            seed=number,
            host=platform.node(),
        )
    write_run(store, "square", "tanh", epochs=LONG, began=NOON)


def listed(home: Path, *words: str) -> float:
    """Seconds of ``kertui runs``."""
    began = time.perf_counter()
    subprocess.run([KERTUI, "runs", "--home", str(home), *words], check=True, capture_output=True)
    return time.perf_counter() - began


def shown(home: Path) -> tuple[float, float, float, float]:
    """Seconds to the first rows, to all runs, to the whole curve of the long run; megabytes."""
    environment = {"KERTUI_HOME": str(home), "KERTUI_CACHE": str(home / "cache")}
    with PseudoTerminal([KERTUI, "--no-spare"], environment=environment) as terminal:
        terminal.wait_until(lambda text: f"{RUNS:,} runs".replace(",", " ") in text)

        def until(condition: Callable[[str], bool]) -> float:
            while not condition(terminal.text):
                terminal.read(0.01)
                if time.perf_counter() - began > 30:
                    raise AssertionError(f"waited in vain; the screen:\n{terminal.text}")
            return time.perf_counter() - began

        began = time.perf_counter()
        terminal.send("R")
        rows = until(lambda text: "square" in text and "tanh" in text and "best loss" in text)
        everything = until(lambda text: "1 of 1 000" in text)
        terminal.send(DOWN)
        until(lambda text: "epoch 200 " in text and "reading" not in text)
        began = time.perf_counter()
        terminal.send(UP)
        # Nothing is being read any more: the curve reaches the right end of its axis.
        curve = until(lambda text: "epoch 200 000" in text and "reading" not in text)
        memory = psutil.Process(terminal.process.pid).memory_info().rss / 1e6
        terminal.send("q")
    return rows, everything, curve, memory


def attached(home: Path) -> tuple[float, float]:
    """Seconds from starting ``kertui attach`` on the long run to its whole curve; megabytes."""
    environment = {"KERTUI_HOME": str(home), "KERTUI_CACHE": str(home / "cache")}
    began = time.perf_counter()
    command = [KERTUI, "attach", "last", "--no-spare"]
    with PseudoTerminal(command, environment=environment) as terminal:
        terminal.wait_until(
            lambda text: "finished" in text and "200 000/200 000" in text and "best" in text
        )
        seconds = time.perf_counter() - began
        memory = psutil.Process(terminal.process.pid).memory_info().rss / 1e6
        terminal.send("q")
    return seconds, memory


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        make(home)
        # As on every start but the first: Keras's layers are known.
        subprocess.run(
            [sys.executable, "-m", "kertasks.keras_catalog", str(home / "cache")], check=True
        )
        for words in ((), ("--json",), ("xor", "finished")):
            seconds = statistics.median(listed(home, *words) for _ in range(rounds))
            print(f"kertui runs {' '.join(words):<16} {seconds:6.2f} s")
        found = [shown(home) + attached(home) for _ in range(rounds)]
    names = (
        ("runs screen: the first rows", "s"),
        ("runs screen: all runs", "s"),
        ("runs screen: the curve of 200,000 epochs", "s"),
        ("memory of the interface then", "MB"),
        ("kertui attach: the curve of 200,000 epochs", "s"),
        ("memory of the interface then", "MB"),
    )
    for place, (name, unit) in enumerate(names):
        values = [figures[place] for figures in found]
        digits = 2 if unit == "s" else 0
        most = f"{max(values):.{digits}f}"
        print(f"{name:<42} {statistics.median(values):6.{digits}f} {unit}  (to {most})")


if __name__ == "__main__":
    main()
