"""What a watched run costs: bytes to the terminal, and how soon a key is answered.

    python -m tests.benchmarks.watching [recorded] [installed]

``recorded`` follows events written here at a steady pace: only the interface is measured.
``installed`` drives the installed ``kertui`` through a pseudo-terminal, from the picker to a
training that runs flat out in its own process. Milliseconds on a busy machine are plus or
minus 30 %; nothing fails here, the figures are for reading.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec.structs import replace
from tests.support.live_app import exclusive_or, newswires
from tests.support.pseudo_terminal import PseudoTerminal

from kertasks.runs.event_file.events import Epoch, Event, Started, format_event
from kertasks.runs.home.store import RunStore
from kertasks.runs.steering.commands import SteeringCommand

SIZES = ((80, 24), (120, 36), (200, 60))
WATCH = 6.0
"""Seconds the bytes are counted."""

CURSOR = "▸".encode()
"""Before the chosen layer."""

KEYS = 60
"""Pressed one after the other, half a drawing period apart and never in step with it."""


def main() -> None:
    """Measure what the arguments name, both by default."""
    wanted = sys.argv[1:] or ["recorded", "installed"]
    if "recorded" in wanted:
        recorded()
    if "installed" in wanted:
        installed()


def recorded() -> None:
    """The interface alone, on events written at a steady pace."""
    print("recorded run: KB/s to the terminal, key to answer in ms (median / 99th percentile)")
    flat_out = ("xor, 5,000 epochs/s of 200,000", lambda: exclusive_or(200_000, 200_000), 5000)
    slow = ("reuters, 2.5 epochs/s of 100", lambda: newswires(100), 2.5)
    for name, events, rate in (slow, flat_out):
        for columns, rows in SIZES:
            for options in ([], ["--whole"]):
                way = "whole widgets" if options else "changed spans"
                bytes_, latencies = _watch_recorded(events, rate, columns, rows, options)
                print(f"  {name:32} {columns:3}x{rows}  {way}  {_figures(bytes_, latencies)}")


def _watch_recorded(
    events: Callable[[], Iterator[Event]], rate: float, columns: int, rows: int, options: list[str]
) -> tuple[float, list[float]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        path.touch()
        done = threading.Event()
        writer = threading.Thread(target=_write, args=(path, events(), rate, done), daemon=True)
        command = [sys.executable, "-m", "tests.benchmarks.watched_app", folder, *options]
        with PseudoTerminal(command, columns=columns, rows=rows) as terminal:
            writer.start()
            terminal.wait_for("training")
            _read_for(terminal, 2.0)
            figures = _bytes_a_second(terminal), _answers(terminal)
        done.set()
        writer.join()
    return figures


def _write(path: Path, events: Iterator[Event], rate: float, done: threading.Event) -> None:
    """Append events in pieces, ten a second at most, as ``EventLog`` does."""
    start = time.time()
    with path.open("a", encoding="utf-8") as file:
        epochs = 0
        lines: list[str] = []
        due = 0.0
        for event in events:
            if isinstance(event, Started):
                lines.append(format_event(replace(event, t=start)))
            elif isinstance(event, Epoch):
                epochs += 1
                at = epochs / rate
                if at >= due:
                    file.write("".join(lines))
                    file.flush()
                    lines.clear()
                    due = at + 0.1
                    if done.wait(max(0.0, start + at - time.time())):
                        return
                lines.append(format_event(replace(event, t=start + at)))


def installed() -> None:
    """The installed program with a real training: square, epochs of 1 to 4 ms, as many as it
    takes."""
    print("installed kertui, square 'answer' training: KB/s, key to answer in ms")
    for columns, rows in SIZES[1:]:
        with tempfile.TemporaryDirectory() as home:
            command = [str(Path(sys.executable).parent / "kertui")]
            environment = {"KERTUI_HOME": home}
            with PseudoTerminal(
                command, columns=columns, rows=rows, environment=environment
            ) as terminal:
                _start_square(terminal)
                RunStore(Path(home)).find("last").send(SteeringCommand.EPOCHS, 10_000_000)
                _read_for(terminal, 2.0)
                bytes_ = _bytes_a_second(terminal)
                choices = _choices(terminal)
                latencies = _answers(terminal)
                terminal.send("s")
                terminal.wait_for("stopped", 60)
                idle = _answers(terminal)
        print(f"  {columns:3}x{rows}  training, a layer chosen  {_figures(bytes_, choices)}")
        print(f"  {columns:3}x{rows}  training, all smoothed    {_figures(bytes_, latencies)}")
        print(f"  {columns:3}x{rows}  not training, smoothed    {_figures(0.0, idle)}")


def _start_square(terminal: PseudoTerminal) -> None:
    terminal.wait_for("threshold")
    terminal.send("square")
    _read_for(terminal, 1.0)
    terminal.send("\r")
    terminal.wait_for("press space", 60)
    terminal.send(" ")
    terminal.wait_for("training", 120)


def _read_for(terminal: PseudoTerminal, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        terminal.read(0.02)


def _bytes_a_second(terminal: PseudoTerminal) -> float:
    before, start = terminal.received, time.monotonic()
    _read_for(terminal, WATCH)
    return (terminal.received - before) / (time.monotonic() - start)


def _answers(terminal: PseudoTerminal) -> list[float]:
    """Seconds from a key to its answer on the screen.

    The key is the one that costs most: smoothing redraws both plots. Its answer is the word
    that comes and goes in the legends; the emulator's own time is part of the figure.
    """
    latencies = []
    for number in range(KEYS):
        _read_for(terminal, 0.125 + 0.013 * (number % 10))
        before = terminal.text.count("smooth")
        start = time.monotonic()
        terminal.send("m")
        while terminal.text.count("smooth") == before:
            terminal.read(0.005)
            if time.monotonic() - start > 5:
                raise AssertionError(f"no answer to a key; the screen:\n{terminal.text}")
        latencies.append(time.monotonic() - start)
    return latencies


def _choices(terminal: PseudoTerminal) -> list[float]:
    """Seconds from an arrow key in the layer list to the cursor's sign in the bytes sent."""
    latencies = []
    for number in range(KEYS):
        _read_for(terminal, 0.1 + 0.013 * (number % 10))
        before, start = len(terminal.raw), time.monotonic()
        terminal.send("\x1b[A" if number % 2 else "\x1b[B")
        while CURSOR not in terminal.raw[before:]:
            terminal.read(0.005)
            if time.monotonic() - start > 5:
                raise AssertionError(f"no answer to a key; the screen:\n{terminal.text}")
        latencies.append(time.monotonic() - start)
    return latencies


def _figures(bytes_a_second: float, latencies: list[float]) -> str:
    milliseconds = sorted(1000 * latency for latency in latencies)
    last = milliseconds[min(len(milliseconds) - 1, int(0.99 * len(milliseconds)))]
    median = statistics.median(milliseconds)
    return f"{bytes_a_second / 1000:6.2f} KB/s   {median:5.0f} / {last:.0f} ms"


if __name__ == "__main__":
    main()
