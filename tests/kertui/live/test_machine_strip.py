from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest
from tests.support.live_app import START, LiveApp, finished, newswires, record
from tests.support.piloting import until
from textual.app import ComposeResult

from kertasks.runs.event_file.events import Event, Gpu, Machine
from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState
from kertui.live.machine_strip import CURRENT, MachineStrip, machine_line
from kertui.live.pane import LivePane
from kertui.plotting.strips import text_of
from kertui.terminal.glyphs import ASCII, UNICODE

GB = 10**9
H100 = Gpu("NVIDIA H100", 0.98, 41 * GB, 80 * GB, 64)


def machine(t: float = START, gpus: int = 0, cpu: float = 0.63) -> Machine:
    return Machine(t, cpu, int(5.1 * GB), int(23.4 * GB), GB, (H100,) * gpus)


def line(gpus: int, width: int = 90, *, ascii: bool = False) -> str:
    cpu = deque([0.0, 0.3, 1.0, 0.63])
    return text_of(machine_line(machine(gpus=gpus), cpu, width, ASCII if ascii else UNICODE))


def test_processors_memory_and_gpu_on_one_line() -> None:
    assert line(1).rstrip() == (
        "cpu ▁▃█▅  63 %   memory  5.1/23.4 GB   GPU 0  98 %  41/80 GB  64 °C"
    )
    assert line(0).rstrip() == "cpu ▁▃█▅  63 %   memory  5.1/23.4 GB"
    assert line(1, ascii=True).isascii()


@pytest.mark.parametrize("width", range(10, 200, 7))
def test_gpus_without_room_are_counted(width: int) -> None:
    said = line(8, width)
    assert len(said) == width
    shown = said.count("GPU ")
    if width >= 90:
        assert shown >= 1
        assert shown == 8 or f"{8 - shown} more" in said


class StripApp(LiveApp):
    """The strip alone."""

    def compose(self) -> ComposeResult:
        yield MachineStrip()


async def test_a_reading_that_is_not_current_is_not_shown_as_such() -> None:
    app = StripApp()
    async with app.run_test(size=(90, 36)) as pilot:
        strip = app.query_one(MachineStrip)
        strip.styles.display = "block"
        await pilot.pause()
        now = 100.0
        strip.clock = lambda: now
        history = RunHistory()
        history.add(machine())
        strip.show(history)
        assert "63 %" in text_of(strip.rows[0])
        now += CURRENT + 0.1
        strip.show(history)
        assert text_of(strip.rows[0]).strip() == "no reading of the machine's load"
        history.add(machine(START + 60))
        strip.show(history)
        assert "63 %" in text_of(strip.rows[0])
        for event in newswires(20, 20):
            history.add(event)
        history.latest = START + 60 + CURRENT + 1
        strip.show(history)
        assert "no reading" in text_of(strip.rows[0])


@pytest.mark.parametrize(("size", "shows"), [((80, 22), False), ((72, 35), True)])
async def test_it_takes_no_row_that_the_plots_need(
    tmp_path: Path, size: tuple[int, int], shows: bool
) -> None:
    app = LiveApp()
    async with app.run_test(size=size) as pilot:
        pane = app.query_one(LivePane)
        events: list[Event] = [*newswires(20, 9), machine(START + 7)]
        pane.follow(record(tmp_path / "run", iter(events)))
        await until(pilot, lambda: pane.history.machine is not None)
        await until(pilot, lambda: app.query_one(MachineStrip).display is shows)


async def test_a_run_that_is_over_has_no_load(tmp_path: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        pane = app.query_one(LivePane)
        events: list[Event] = [machine(START + 1), *finished(6)]
        pane.follow(record(tmp_path / "run", iter(events)))
        await until(pilot, lambda: pane.state is RunState.FINISHED)
        assert not app.query_one(MachineStrip).display
