"""How long from starting kertui to the first screen, in a pseudo-terminal.

Beside it, in turns so that a busy machine slows both, what nobody can do without: a bare
Python and ``import textual.app``. Run it as ``python tests/benchmarks/first_paint.py [ROUNDS]``.

A first round, not counted, lets Python keep the modules' bytecode, as installing does or any
first start; without it every start would compile kertui's sources again.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.pseudo_terminal import PseudoTerminal

LIMIT = 0.4
"""Seconds, median."""


def measure(command: list[str], painted: Callable[[bytes], bool], home: Path) -> float:
    """Seconds from starting the command until what it sent satisfies ``painted``."""
    environment = {"KERTUI_HOME": str(home / "home"), "KERTUI_CACHE": str(home / "cache")}
    began = time.perf_counter()
    with PseudoTerminal(command, environment=environment) as terminal:
        while not painted(bytes(terminal.raw)):
            terminal.read(0.01)
            ended = terminal.process.poll() is not None
            if ended and not terminal.read(0.01) and not painted(bytes(terminal.raw)):
                raise SystemExit(f"{command} ended early:\n{terminal.text}")
        return time.perf_counter() - began


def main() -> int:
    """Measure and print a table; the exit status says whether the limit is kept."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    kertui = str(Path(sys.executable).with_name("kertui"))
    contenders: dict[str, tuple[list[str], Callable[[bytes], bool]]] = {
        "bare python": ([sys.executable, "-c", "print('ready')"], lambda raw: b"ready" in raw),
        "import textual.app": (
            [sys.executable, "-c", "import textual.app; print('ready')"],
            lambda raw: b"ready" in raw,
        ),
        "kertui, first screen": ([kertui, "--no-spare"], lambda raw: b"type to filter" in raw),
        "kertui, with its spare": ([kertui], lambda raw: b"type to filter" in raw),
    }
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(1 + rounds):
            for name, (command, painted) in contenders.items():
                seconds[name].append(measure(command, painted, Path(folder)))
    print(f"{'milliseconds':<24}{'best':>8}{'median':>8}{'worst':>8}")
    for name, (_, *values) in seconds.items():
        figures = (min(values), statistics.median(values), max(values))
        print(f"{name:<24}" + "".join(f"{value * 1000:8.0f}" for value in figures))
    median = statistics.median(seconds["kertui, with its spare"][1:])
    print(f"median {median:.3f} s, limit {LIMIT} s")
    return 0 if median < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
