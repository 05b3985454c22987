"""``kertasks.fit`` beside Keras, JAX, PyTorch and scikit-learn: the same networks, on two cores.

Run by hand, on a machine with nothing else to do::

    python -m tests.benchmarks.fit_against_peers [--quick] [--engines NAME,…] [WORKLOAD ...]

Each engine has a process of its own that stays alive. They take turns, round by round; all but the
one whose turn it is wait. The tables, medians of the rounds:

- milliseconds an epoch once everything is compiled;
- how many times what ``kertasks.fit`` takes in a long run, when it is not told how to compile;
- seconds from the call that trains to the end of the first epoch, compiling included, in a
  process that has trained the lines above already.

JAX and PyTorch install themselves the first time, in a virtual environment in kertui's cache folder
(``tests/benchmarks/peers/extras.py``). What an engine does otherwise is told in its file in
``tests/benchmarks/peers``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.peers.extras import prepare_extras
from tests.benchmarks.peers.protocol import Absent, EngineDied, EngineProcess
from tests.benchmarks.peers.workloads import WORKLOADS, Rows, Workload

SLOW = 10
"""An engine whose turn took so many times the seconds it was given has no further ones."""


@dataclass(frozen=True)
class Column:
    """One engine in one way."""

    name: str
    title: str
    module: str
    arguments: tuple[str, ...] = ()
    extra: str | None = None
    """What has to be installed for it."""

    backend: str = "tensorflow"
    """Keras's."""

    def start(self, extras_python: Path | None) -> EngineProcess:
        """Start its process."""
        return EngineProcess(
            f"tests.benchmarks.peers.{self.module}",
            self.arguments,
            str(extras_python) if self.extra and extras_python else sys.executable,
            {"KERAS_BACKEND": self.backend},
        )


COLUMNS = (
    Column("keras", "`model.fit`", "keras_engine"),
    Column(
        "keras-32",
        "`model.fit`, 32 steps an execution",
        "keras_engine",
        ("--steps-per-execution", "32"),
    ),
    Column("keras-jax", "Keras on JAX", "keras_engine", extra="jax", backend="jax"),
    Column("torch", "PyTorch loop", "torch_engine", extra="torch"),
    Column("jax", "JAX scan by hand", "jax_engine", extra="jax"),
    Column("sklearn", "scikit-learn", "sklearn_engine"),
    Column("graph", "kertasks graph", "kertasks_engine", ("graph",)),
    Column("xla", "kertasks XLA", "kertasks_engine", ("xla",)),
    Column("short", "kertasks by itself, short run", "kertasks_engine", ("short",)),
    Column("long", "kertasks by itself, long run", "kertasks_engine", ("long",)),
)


class Line:
    """What was measured for one workload: seconds by engine."""

    def __init__(self, workload: Workload) -> None:
        self.workload = workload
        self.first: dict[str, float] = {}
        self.rounds: dict[str, list[float]] = {}

    @property
    def epoch(self) -> dict[str, float]:
        """Medians."""
        return {name: statistics.median(found) for name, found in self.rounds.items()}


class Comparison:
    """The running engines.

    Args:
        engines: by name; those that end by themselves are left out from then on.
        budget: seconds of a turn.
        rounds: how many turns.
    """

    def __init__(self, engines: dict[str, EngineProcess], budget: float, rounds: int) -> None:
        self.notes: list[str] = []
        """What a reader of the tables has to know."""

        self._engines = engines
        self._budget = budget
        self._rounds = rounds

    def measure(self, workload: Workload, rows: Rows, path: Path) -> Line:
        """All engines on one workload, whose rows are written to a file."""
        rows.save(path)
        line = Line(workload)
        for name, engine in list(self._engines.items()):
            try:
                line.first[name] = engine.prepare(workload, path)
            except Absent:
                continue
            except EngineDied as error:
                self._drop(name, workload, error)
            else:
                line.rounds[name] = []
        waiting = list(line.rounds)
        for _ in range(self._rounds):
            for name in list(waiting):
                try:
                    found = self._engines[name].measure(workload, self._budget)
                except EngineDied as error:
                    self._drop(name, workload, error)
                    waiting.remove(name)
                    continue
                line.rounds[name].append(found)
                if found > SLOW * self._budget:
                    waiting.remove(name)
        line.rounds = {name: found for name, found in line.rounds.items() if found}
        return line

    def _drop(self, name: str, workload: Workload, error: EngineDied) -> None:
        self._engines.pop(name).close()
        self.notes.append(f"{name} ended in {workload.name}: {error}")


def _number(value: float) -> str:
    """Three digits of a positive number."""
    return f"{value:.3g}" if value < 1_000 else f"{value:,.0f}"


def table(lines: Sequence[Line], columns: Sequence[Column], kind: str) -> str:
    """A table as Markdown.

    Args:
        lines: what was measured.
        columns: of the table.
        kind: "epoch" in milliseconds, "ratio" to the long run, or "first" epoch in seconds.
    """
    titles = ["workload", *(column.title for column in columns)]
    text = ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]
    for line in lines:
        cells = [line.workload.title]
        values, unit = {
            "epoch": (line.epoch, 1e-3),
            "ratio": (line.epoch, line.epoch.get("long")),
            "first": (line.first, 1.0),
        }[kind]
        for column in columns:
            value = values.get(column.name)
            cells.append("-" if value is None or not unit else _number(value / unit))
        text.append("| " + " | ".join(cells) + " |")
    return "\n".join(text)


def _some_rows(workload: Workload, quick: bool) -> Rows:
    rows = workload.load()
    count = workload.quick_rows if quick else None
    return Rows(rows.x[:count], rows.y[:count], rows.origin)


def _chosen_columns(names: str | None) -> list[Column]:
    wanted = names.split(",") if names else [column.name for column in COLUMNS]
    unknown = set(wanted) - {column.name for column in COLUMNS}
    if unknown:
        raise SystemExit(
            f"no engine {', '.join(sorted(unknown))}; "
            f"there are {', '.join(column.name for column in COLUMNS)}"
        )
    return [column for column in COLUMNS if column.name in wanted]


def main() -> None:
    """Print the tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short turns, fewer rows of pictures")
    parser.add_argument("--engines", help="names with commas between them; all if not given")
    parser.add_argument("workloads", nargs="*", help="names; all if none is given")
    arguments = parser.parse_args()
    known = [workload.name for workload in WORKLOADS]
    for name in arguments.workloads:
        if name not in known:
            parser.error(f"no workload {name}; there are {', '.join(known)}")
    columns = _chosen_columns(arguments.engines)
    notes: list[str] = []
    python: Path | None = None
    if any(column.extra for column in columns):
        python, missing = prepare_extras()
        notes += [f"without {name}: {why}" for name, why in missing.items()]
        columns = [column for column in columns if column.extra not in missing]
    budget, rounds = (0.25, 2) if arguments.quick else (2.0, 5)
    lines = []
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        engines = {column.name: stack.enter_context(column.start(python)) for column in columns}
        comparison = Comparison(engines, budget, rounds)
        for workload in WORKLOADS:
            if arguments.workloads and workload.name not in arguments.workloads:
                continue
            print(f"measuring {workload.name}", file=sys.stderr)
            rows = _some_rows(workload, arguments.quick)
            lines.append(comparison.measure(workload, rows, Path(folder) / f"{workload.name}.npz"))
            if rows.origin:
                notes.append(f"{workload.name}: {rows.origin}")
            if len(rows.x) == workload.quick_rows:
                notes.append(f"{workload.name}: its first {workload.quick_rows:,} rows only")
    print("Milliseconds an epoch:\n\n" + table(lines, columns, "epoch"))
    print("\nTimes as long as kertasks.fit by itself:\n\n" + table(lines, columns, "ratio"))
    print("\nSeconds of the first epoch:\n\n" + table(lines, columns, "first"))
    print(f"\n{os.cpu_count()} cores, {budget:g} s a turn, {rounds} rounds.")
    for note in notes + comparison.notes:
        print(f"- {note}")


if __name__ == "__main__":
    main()
