"""How busy the run's host is, in one quiet line: processors, memory, each GPU."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from kertasks.runs.event_file.events import Gpu, Machine
from kertasks.runs.history import RunHistory
from kertui.plotting.strips import Row, cells, fit
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import Glyphs, glyphs_for

CURRENT = 5.0
"""Seconds for which a reading says how it is now."""

_READINGS = 4
_GAP = "   "


class MachineStrip(RowsWidget):
    """The latest reading; one that is no longer current is not shown as if it were."""

    DEFAULT_CSS = """
    MachineStrip { height: 1; display: none; }
    """

    clock: Callable[[], float] = staticmethod(time.monotonic)
    """Seconds; a test may set its own."""

    def __init__(self) -> None:
        super().__init__()
        self._machine: Machine | None = None
        self._came = 0.0
        self._late = False
        self._cpu: deque[float] = deque(maxlen=_READINGS)

    def show(self, history: RunHistory) -> None:
        """Show a history's latest reading, as long as it is current."""
        machine = history.machine
        if machine is not None and machine is not self._machine:
            before = self._machine
            if before is None or not 0 < machine.t - before.t < 2 * CURRENT:
                self._cpu.clear()
            self._cpu.append(machine.cpu)
            self._came = self.clock()
        self._machine = machine
        # The host's clock may be another one: its own events, and how long ago ours saw it.
        self._late = machine is not None and (
            (history.latest or machine.t) - machine.t > CURRENT
            or self.clock() - self._came > CURRENT
        )
        self.redraw()

    def draw_rows(self, width: int) -> None:
        """Draw the latest reading, as far as there is room."""
        if self._machine is None:
            self.show_rows([fit([], width)])
        elif self._late:
            self.show_rows([fit(cells("no reading of the machine's load", "dim"), width)])
        else:
            glyphs = glyphs_for(self.app)
            self.show_rows([machine_line(self._machine, self._cpu, width, glyphs)])


def machine_line(machine: Machine, cpu: deque[float], width: int, glyphs: Glyphs) -> Row:
    """The latest reading, with the processors' shares of those before it, the oldest first; parts
    that do not fit are left out and counted."""
    top = len(glyphs.levels) - 1
    bars = "".join(glyphs.levels[round(min(1.0, max(0.0, share)) * top)] for share in cpu)
    row = cells("cpu ", "dim") + cells(bars.rjust(_READINGS) + " ", "dim") + _share(machine.cpu)
    row += cells(_GAP) + cells("memory ", "dim") + _of(machine.memory, machine.memory_total)
    parts = [_gpu(place, gpu, glyphs) for place, gpu in enumerate(machine.gpus)]
    for place, part in enumerate(parts):
        left = len(parts) - place
        more = cells(f"{_GAP}{left} more", "dim")
        room = width - len(row) - (len(more) if left > 1 else 0)
        if len(_GAP) + len(part) > room:
            return fit(row + (more if len(row) + len(more) <= width else []), width)
        row += cells(_GAP) + part
    return fit(row, width)


def _gpu(place: int, gpu: Gpu, glyphs: Glyphs) -> Row:
    return [
        *cells(f"GPU {place} ", "dim"),
        *_share(gpu.use),
        *cells("  "),
        *_of(gpu.memory, gpu.memory_total),
        *cells(f"  {gpu.temperature} {glyphs.degrees}C", "dim"),
    ]


def _share(share: float) -> Row:
    return cells(f"{100 * share:3.0f} %", "dim")


def _of(part: int, whole: int) -> Row:
    """Bytes of bytes, in the unit of the whole; a fixed width, so that nothing behind it moves."""
    unit, name = (1e9, "GB") if whole >= 1e9 else (1e6, "MB")
    digits = 1 if whole < 50 * unit else 0
    text = f"{whole / unit:.{digits}f}"
    return cells(f"{part / unit:.{digits}f}".rjust(len(text)) + f"/{text} {name}", "dim")
