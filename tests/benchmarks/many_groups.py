"""A home of 10,000 small runs in 100 groups: are lists there at once?

    python -m tests.benchmarks.many_groups [ROUNDS]

Prints, as medians and the worst: seconds of ``kertui runs``, of ``kertui show`` on a group, and of
the screen of runs, in a pseudo-terminal, from its key to the first rows and to all runs; and the
memory of the interface then.
"""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import psutil
from tests.benchmarks.many_runs import KERTUI, listed
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.run_folders import NOON, write_run

from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.folder import GroupFolder
from kertasks.groups.record import Member
from kertasks.groups.store import GroupStore
from kertasks.registry import find_task
from kertasks.runs.home.store import RunStore

GROUPS = 100
ASKED = CrossValidation(folds=50, repeats=2)


def make(home: Path) -> list[GroupFolder]:
    """The groups, and their runs of 20 epochs each."""
    recipe = find_task("xor").recipes["answer"]
    runs, groups = RunStore(home), []
    for number in range(GROUPS):
        groups.append(group := GroupStore(home).create(recipe, ASKED, f"number {number}"))
        for place, fold in enumerate(ASKED.parts, start=number * ASKED.runs):
            run = write_run(
                runs,
                "xor",
                "answer",
                epochs=20,
                began=NOON - 60 * place,
                seed=place,
                host=platform.node(),
            )
            manifest = run.manifest()
            assert manifest is not None
            run.write_manifest(msgspec.structs.replace(manifest, group=group.id))
            group.add_member(Member(str(fold), run.id))
    return groups


def told(home: Path, group: GroupFolder) -> float:
    """Seconds of ``kertui show`` on a group."""
    began = time.perf_counter()
    command = [KERTUI, "show", group.id, "--home", str(home)]
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def shown(home: Path) -> tuple[float, float, float]:
    """Seconds from the key of the runs' screen to its first rows and to all runs; megabytes."""
    environment = {"KERTUI_HOME": str(home), "KERTUI_CACHE": str(home / "cache")}
    with PseudoTerminal([KERTUI, "--no-spare"], environment=environment) as terminal:
        terminal.wait_until(lambda text: "10 000 runs" in text)
        began = time.perf_counter()
        terminal.send("R")
        seconds = []
        for seen in ("best loss", "1 of 10 000"):
            while seen not in terminal.text:
                terminal.read(0.01)
                if time.perf_counter() - began > 60:
                    raise AssertionError(f"waited in vain; the screen:\n{terminal.text}")
            seconds.append(time.perf_counter() - began)
        memory = psutil.Process(terminal.process.pid).memory_info().rss / 1e6
        terminal.send("q")
    return seconds[0], seconds[1], memory


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        groups = make(home)
        # As on every start but the first: Keras's layers are known.
        catalog = [sys.executable, "-m", "kertasks.keras_catalog", str(home / "cache")]
        subprocess.run(catalog, check=True)
        found = {
            "kertui runs, s": [listed(home) for _ in range(rounds)],
            "kertui show GROUP, s": [told(home, groups[0]) for _ in range(rounds)],
        }
        screens = zip(*(shown(home) for _ in range(rounds)), strict=True)
    names = ("runs screen: the first rows, s", "runs screen: all runs, s", "memory then, MB")
    found |= {name: list(values) for name, values in zip(names, screens, strict=True)}
    for name, values in found.items():
        print(f"{name:<32} {statistics.median(values):7.2f}  (to {max(values):.2f})")


if __name__ == "__main__":
    main()
