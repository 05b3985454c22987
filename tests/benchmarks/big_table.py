"""A table of many rows: from the command to the end of the first epoch, and the memory it takes.

Run: ``python -m tests.benchmarks.big_table [ROWS] [--peer] [--with FOLDER]``; a million rows of 20
columns unless more are asked for (11,600,000 are a file of 2 GB). With ``--peer`` the same by
pandas, scikit-learn and ``model.fit`` in a process of its own, from the start of Python on;
``--with`` names a folder that has pandas, which kertui does not need.

What is told of each: seconds of the clock and of the processor, and the most memory that was the
process's at a time. Pages of a file that is mapped count while they are looked at; what the system
keeps of files in memory that nobody else needs does not.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from kertasks.own_tasks.data_task import DataTask, write_data_task
from kertasks.tables.table import Column, Role, Table

_AT_ONCE = 50_000
_COLOURS = np.array(["red", "green", "blue"])
_NUMBERS = 18
_PEER = Path(__file__).parent / "peers" / "pandas_table.py"


def write(path: Path, rows: int) -> None:
    """Write a table of 18 numbers, a category and a price that is made of them."""
    drawn = np.random.default_rng(0)
    with path.open("w") as file:
        file.write(",".join([*(f"f{at}" for at in range(_NUMBERS)), "colour", "price"]) + "\n")
        for first in range(0, rows, _AT_ONCE):
            count = min(_AT_ONCE, rows - first)
            x, colours = drawn.normal(size=(count, _NUMBERS)), drawn.integers(0, 3, count)
            prices = 3 * x[:, :3].sum(axis=1) + 2 * colours + 0.1 * drawn.normal(size=count)
            for row, colour, price in zip(x, _COLOURS[colours], prices, strict=True):
                cells = ",".join(f"{value:.6g}" for value in row)
                file.write(f"{cells},{colour},{price:.6g}\n")


def measured(command: list[str], environment: dict[str, str]) -> tuple[str, float, float, float]:
    """What a command says; the seconds it and its processes took, and their most megabytes."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    own = psutil.Process(process.pid)
    seconds: dict[int, float] = {}
    most = 0
    while process.poll() is None:
        for each in (own, *own.children(recursive=True)):
            try:
                times = each.cpu_times()
                seconds[each.pid] = times.user + times.system
                status = Path(f"/proc/{each.pid}/status").read_text()
            except (psutil.Error, OSError):
                continue
            found = [line for line in status.splitlines() if line.startswith("VmHWM")]
            most = max([most, *(int(line.split()[1]) for line in found)])
        time.sleep(0.05)
    took = time.perf_counter() - began
    said = process.stdout.read() if process.stdout is not None else ""
    if process.returncode:
        raise SystemExit(f"{command} failed:\n{said}")
    return said, took, sum(seconds.values()), most / 1024


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--with", dest="packages")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home, table = Path(folder) / "home", Path(folder) / "table.csv"
        write(table, asked.rows)
        print(f"{asked.rows:,} rows, {table.stat().st_size / 1e9:.2f} GB")
        columns = (
            *(Column(f"f{at}", Role.NUMBER) for at in range(_NUMBERS)),
            Column("colour", Role.CATEGORY),
            Column("price", Role.NUMBER),
        )
        task = Table(str(table), "price", columns, scale_target=True, rows=asked.rows)
        write_data_task(DataTask(task), home / "tasks" / "table.toml")
        environment = os.environ | {"KERTUI_HOME": str(home), "KERTUI_CACHE": f"{folder}/cache"}
        kertui = [sys.executable, "-m", "kertui", "train", "table", "--epochs", "1"]
        commands = {"kertui train": kertui, "again": kertui}
        if asked.peer:
            commands["pandas, scikit-learn, model.fit"] = [sys.executable, str(_PEER), str(table)]
            environment["PYTHONPATH"] = asked.packages or ""
        for name, command in commands.items():
            _, took, processor, megabytes = measured(command, environment)
            print(f"{name}: {took:.1f} s, processor {processor:.1f} s, {megabytes:,.0f} MB")


if __name__ == "__main__":
    main()
