"""Runs each thread worker in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
from threading import Thread
from typing import Any, ParamSpec, TypeVar

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")

_PATIENCE = 5.0
"""Seconds an exit waits for what was begun: a start, a stop, a deletion."""


class ThreadPerTaskExecutor(futures.ThreadPoolExecutor):
    """Nothing waits until something else has ended, and the exit waits for ``_PATIENCE`` at most.

    The threads of a pool are all taken as soon as some runs are followed, or some files lie on
    a file system that does not answer. A pool by its class alone: asyncio takes nothing else.
    """

    def __init__(self) -> None:
        super().__init__()
        self._under_way: set[futures.Future[Any]] = set()

    def submit(
        self,
        fn: Callable[_Parameters, _Result],
        /,
        *args: _Parameters.args,
        **kwargs: _Parameters.kwargs,
    ) -> futures.Future[_Result]:
        """Call it in a new thread, which does not keep the process from ending."""
        future: futures.Future[_Result] = futures.Future()

        def work() -> None:
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:  # told to whoever awaits the result, as by any executor
                future.set_exception(error)

        future.set_running_or_notify_cancel()
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        Thread(target=work, name="thread worker", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for what is under way, but not for ever."""
        del cancel_futures  # nothing waits to begin
        if wait:
            futures.wait(self._under_way, _PATIENCE)
