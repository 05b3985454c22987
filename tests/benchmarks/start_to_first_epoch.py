"""How long from the start key to xor's first epoch in the events file, with a warm spare.

Run: ``python tests/benchmarks/start_to_first_epoch.py [times]``. The aim is under 1.0 s.
Nothing is drawn here: the interface reads the file ten times a second and draws at most
four times a second, which adds 0.15 s on average.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from kertasks.registry import find_task
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Epoch, Failed
from kertasks.runs.home.store import RunStore
from kertasks.runs.signs.process import process_start_time
from kertasks.runs.steering.commands import SteeringCommand
from kertui.service.training_service import TrainingService

DEADLINE = 60.0


def first_epoch_after(service: TrainingService) -> float:
    """Seconds from the word to the first epoch event, seen by a reader."""
    began = time.perf_counter()
    run = service.start(find_task("xor").recipes["answer"])
    reader = EventReader(run.events_path)
    while time.perf_counter() - began < DEADLINE:
        for event in reader.read():
            if isinstance(event, Failed):
                raise SystemExit(f"the run failed: {event.reason}")
            if isinstance(event, Epoch):
                took = time.perf_counter() - began
                run.send(SteeringCommand.STOP)
                return took
        time.sleep(0.001)
    raise SystemExit(f"no epoch in {DEADLINE} s; see {run.log_path}")


def check_times(service: TrainingService, count: int) -> list[float]:
    """Seconds that checks of a changed model take with a warm spare, the first one included."""
    recipe = find_task("xor").recipes["answer"]
    took = []
    for _ in range(count):
        began = time.perf_counter()
        service.check(recipe)
        took.append(time.perf_counter() - began)
    return took


def wait_for_trainers(service: TrainingService) -> None:
    """Wait until no trainer writes in the home any more: it is deleted next."""
    deadline = time.monotonic() + DEADLINE
    for run in service.session_runs:
        pid = run.manifest().pid
        while process_start_time(pid) is not None and time.monotonic() < deadline:
            time.sleep(0.01)


def main() -> None:
    """Measure and print."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        home, cache = Path(folder) / "home", Path(folder) / "cache"
        service = TrainingService(RunStore(home), cache)
        firsts, checks = [], []
        for _ in range(times):
            began = time.perf_counter()
            service.start_spare()
            while not service.warm:
                if time.perf_counter() - began > DEADLINE:
                    raise SystemExit("the spare did not get warm")
                time.sleep(0.001)
            print(f"warm after {time.perf_counter() - began:.2f} s", end="  ")
            checks += check_times(service, 5)
            firsts.append(first_epoch_after(service))
            print(f"first epoch after {firsts[-1]:.3f} s", flush=True)
        service.close()
        wait_for_trainers(service)
    print(f"first epoch: median {statistics.median(firsts):.3f} s, worst {max(firsts):.3f} s")
    print(
        f"check: median {statistics.median(checks) * 1e3:.0f} ms, worst {max(checks) * 1e3:.0f} ms"
    )


if __name__ == "__main__":
    main()
