"""What writing a run's events costs the training, and what watching the run costs beyond that.

Run by hand, on a machine with nothing else to do::

    python -m tests.benchmarks.event_cost [--epochs N] [--pieces N]

One trainer process trains a network whose epoch takes about a millisecond, 50,000 epochs three
times over, in pieces that take turns so that a busy second of the machine falls on all alike:

- ``plain``: no callback;
- ``written``: ``EventWriter`` and ``EventLog``, as a run has them;
- ``watched``: the same, and the interface's live pane follows the run in a pseudo-terminal of
  120x36. It is stopped while the others have their turn.

Events pile up in the one file of each. Nothing fails here; the figures are for reading.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.support.pseudo_terminal import PseudoTerminal

from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import Started

EPOCHS = 50_000
PIECES = 25
ROWS, FEATURES = 280, 13
"""One step a row: about a millisecond an epoch on the machine of the README's table."""

WAYS = ("plain", "written", "watched")


class DrainedTerminal(PseudoTerminal):
    """Takes in what a program writes and shows none of it: a terminal's time is not kertui's."""

    def _show(self, chunk: bytes) -> None:
        pass


class Trainer:
    """The trainer process."""

    def __init__(self, home: Path) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.event_cost", "--trainer", str(home)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def train(self, way: str, first: int, count: int) -> float:
        """Train epochs ``first`` to ``first + count``; returns the seconds it took."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{way} {first} {count}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def end(self) -> None:
        """Let it end."""
        self._process.communicate("")


def serve(home: Path) -> None:
    """The trainer process: a line in with what to train, a line out with the seconds."""
    import keras
    import numpy as np

    import kertasks
    from kertasks.trainer.callbacks.event_writer import EventWriter

    os.nice(10)  # as a run's trainer
    layers = [keras.layers.Dense(64, "relu"), keras.layers.Dense(64, "relu"), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((FEATURES,)), *layers])
    model.compile("rmsprop", "mse", metrics=["mae"])
    generator = np.random.default_rng(0)
    x = generator.normal(size=(ROWS, FEATURES)).astype("float32")
    y = generator.normal(size=ROWS).astype("float32")
    callbacks: dict[str, list[keras.callbacks.Callback]] = {"plain": []}
    for way in WAYS[1:]:
        log = EventLog(home / way / "events.jsonl")
        callbacks[way] = [EventWriter(log)]
    for line in sys.stdin:
        way, first, count = line.split()
        began = time.perf_counter()
        kertasks.fit(
            model, x, y, batch_size=1, initial_epoch=int(first), epochs=int(first) + int(count),
            callbacks=callbacks[way], xla=True,
        )  # fmt: skip
        print(time.perf_counter() - began, flush=True)


def measure(epochs: int, pieces: int) -> tuple[dict[str, list[float]], int]:
    """Seconds of each piece, by way, and the bytes the interface drew."""
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    count = epochs // pieces
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for way in WAYS[1:]:
            (home / way).mkdir()
            log = EventLog(home / way / "events.jsonl")
            log.add(Started(time.time(), epochs=epochs, steps=ROWS, parameters=0, device="CPU"))
            log.close()
        trainer = Trainer(home)
        trainer.train("plain", 0, 50)  # compiles
        command = [sys.executable, "-m", "tests.benchmarks.watched_app", str(home / "watched")]
        with DrainedTerminal(command, columns=120, rows=36) as terminal:
            done = threading.Event()
            drain = threading.Thread(target=_drain, args=(terminal, done))
            drain.start()
            while terminal.received < 5_000:  # it has painted
                time.sleep(0.1)
            for piece in range(pieces):
                for way in WAYS[piece % 3 :] + WAYS[: piece % 3]:
                    is_watched = way == "watched"
                    terminal.process.send_signal(signal.SIGCONT if is_watched else signal.SIGSTOP)
                    seconds[way].append(trainer.train(way, piece * count, count))
            done.set()
            drain.join()
            drawn = terminal.received
        trainer.end()
    return seconds, drawn


def _drain(terminal: PseudoTerminal, done: threading.Event) -> None:
    while not done.is_set():
        terminal.read(0.05)


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--pieces", type=int, default=PIECES)
    parser.add_argument("--trainer", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.trainer is not None:
        serve(arguments.trainer)
        return
    seconds, drawn = measure(arguments.epochs, arguments.pieces)
    epochs = arguments.epochs // arguments.pieces * arguments.pieces
    print(f"{epochs} epochs a way, in {arguments.pieces} pieces; load {os.getloadavg()[0]:.1f}")
    print(f"the interface drew {drawn / 1e3:.0f} KB in {sum(seconds['watched']):.0f} s")
    print("| way | s | ms an epoch | beyond the one before, in all | median of pieces |")
    print("|---|---|---|---|---|")
    for before, way in zip((None, *WAYS), WAYS, strict=False):
        whole = sum(seconds[way])
        more = "| |"
        if before is not None:
            ratios = [a / b for a, b in zip(seconds[way], seconds[before], strict=True)]
            share = whole / sum(seconds[before]) - 1
            more = f"| {share:+.1%} | {statistics.median(ratios) - 1:+.1%} |"
        print(f"| {way} | {whole:.1f} | {1e3 * whole / epochs:.3f} {more}")


if __name__ == "__main__":
    main()
