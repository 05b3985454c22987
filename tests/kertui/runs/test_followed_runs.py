"""The curves of the screen of runs: which runs are followed, and for how long."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from tests.support.recorded_service import RecordedService
from tests.support.run_folders import NOON, append, curve, fill_one_read, write_run, write_running
from tests.support.runs_app import Runs, opened_runs

from kertasks.runs.event_file.events import Epoch, Resumed, Stopped
from kertui.dialogs.quit import QuitQuestion
from kertui.tasks_screen.tasks_screen import TasksScreen


async def read(runs: Runs, *epochs: int) -> None:
    """Wait until that many epochs of each run on the axes are read, and are all there are."""

    def are_read() -> bool:
        found = [history.epochs for history in runs.curves.histories.values()]
        return found == list(epochs) and not runs.curves.reading

    await runs.until(are_read)


def epochs(first: int, last: int) -> list[Epoch]:
    return list(curve(last, NOON, held_out=False))[first - 1 :]


async def test_eight_runs_followed_at_once_hold_up_no_key(service: RecordedService) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
    going = [write_running(service.store, seed=seed) for seed in range(8)]
    service.take_up(going[0])
    async with opened_runs(service) as runs:
        await runs.press(*["space", "down"] * 8)
        await read(runs, *[20] * 8)
        for run in going:
            append(run, epochs(21, 25))
        await read(runs, *[25] * 8)
        await runs.press("q")
        await runs.until(lambda: isinstance(runs.app.screen, QuitQuestion))


async def test_runs_that_are_shown_no_more_are_not_read(service: RecordedService) -> None:
    def at_work() -> int:
        return sum(thread.name == "thread worker" for thread in threading.enumerate())

    for seed in range(8):
        write_running(service.store, seed=seed)
    async with opened_runs(service) as runs:
        await runs.press(*["space", "down"] * 8)
        await read(runs, *[20] * 8)
        assert at_work() >= 8
        await runs.press("escape")
        await runs.until(lambda: len(runs.curves.histories) == 1 and at_work() < 8)
        await runs.press("escape")
        await runs.until(lambda: isinstance(runs.app.screen, TasksScreen))
        await runs.until(lambda: at_work() == 0)


async def test_a_run_that_was_stopped_and_resumed_is_followed(service: RecordedService) -> None:
    run = write_running(service.store)
    append(run, [Stopped(NOON, 20, 20, None, None), Resumed(NOON, 20, 0), *epochs(21, 30)])
    async with opened_runs(service) as runs:
        await read(runs, 30)
        append(run, epochs(31, 40))
        await read(runs, 40)


async def test_a_run_that_is_resumed_while_it_is_shown_is_followed(
    service: RecordedService,
) -> None:
    run = write_running(service.store)
    append(run, [Stopped(NOON, 20, 20, None, None)])
    async with opened_runs(service) as runs:
        await read(runs, 20)
        append(run, [Resumed(NOON, 20, 0)])
        append(run, epochs(21, 30))
        await read(runs, 30)
        append(run, epochs(31, 40))
        await read(runs, 40)


async def test_a_log_as_long_as_one_read_is_read(service: RecordedService) -> None:
    fill_one_read(write_run(service.store, "xor", "answer", epochs=20))
    async with opened_runs(service) as runs:
        await read(runs, 20)


async def test_a_run_without_events_is_not_waited_for(service: RecordedService) -> None:
    write_running(service.store).events_path.unlink()
    async with opened_runs(service) as runs:
        await read(runs, 0)
