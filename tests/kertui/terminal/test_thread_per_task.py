from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future

import pytest

from kertui.terminal import thread_per_task
from kertui.terminal.thread_per_task import ThreadPerTaskExecutor


async def test_nothing_waits_for_the_end_of_anything_else() -> None:
    loop, over = asyncio.get_running_loop(), threading.Event()
    loop.set_default_executor(ThreadPerTaskExecutor())
    waiting = [asyncio.to_thread(over.wait) for _ in range(50)]
    all_of_them = asyncio.gather(*waiting)
    assert await asyncio.to_thread(sum, [1, 2]) == 3
    assert not all_of_them.done()
    over.set()
    assert await all_of_them == [True] * 50


def test_an_error_is_told() -> None:
    future = ThreadPerTaskExecutor().submit(int, "three")
    with pytest.raises(ValueError, match="three"):
        future.result(30)


def test_the_exit_waits_for_what_is_under_way() -> None:
    executor, going, over = ThreadPerTaskExecutor(), threading.Event(), threading.Event()

    def work() -> None:
        going.set()
        over.wait()

    future: Future[None] = executor.submit(work)
    ending = threading.Thread(target=executor.shutdown)
    going.wait()
    ending.start()
    over.set()
    ending.join()
    assert future.done()


def test_the_exit_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread_per_task, "_PATIENCE", 0.0)
    executor, over = ThreadPerTaskExecutor(), threading.Event()
    future = executor.submit(over.wait)
    executor.shutdown()
    assert not future.done()
    over.set()
    assert future.result(30)
