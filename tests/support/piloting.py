"""What tests of screens share: waiting for a condition, holding threads, reading the screen."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from tests.support.waiting import next_look
from textual.app import App
from textual.pilot import Pilot

from kertui.app import KertuiApp


class PatientApp(KertuiApp):
    """The real application, which keeps what it told for a busy machine to find."""

    NOTIFICATION_TIMEOUT = 60


async def until(pilot: Pilot[None], condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Let the app work until the condition holds.

    Raises:
        AssertionError: it did not in time; shows the screen.
    """
    began = time.monotonic()
    while not condition():
        in_time = time.monotonic() < began + seconds
        assert in_time, f"waited in vain; the screen:\n{shown(pilot.app)}"
        await pilot.pause(next_look(began))


def shown(app: App[None]) -> str:
    """The screen as text, as the terminal would get it, line by line."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


class Threads(ThreadPoolExecutor):
    """The threads of the running app's workers, whose work a test can wait for.

    The thread of a cancelled worker goes on, and nothing in Textual tells when it is through.
    """

    def __init__(self) -> None:
        super().__init__()
        self.work: list[Future[Any]] = []
        """All that was begun, in order."""

        asyncio.get_running_loop().set_default_executor(self)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = super().submit(fn, *args, **kwargs)
        self.work.append(future)
        return future


class Held:
    """A method whose calls wait, in their threads, until they are let go.

    Args:
        monkeypatch: gives the method back.
        owner: whose method.
        name: of the method.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
        self.calls: list[tuple[Any, ...]] = []
        """The arguments of those that have begun."""

        self._go = threading.Event()
        real = getattr(owner, name)

        def held(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(args)
            assert self._go.wait(120), f"{name} was held for ever"
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, name, held)

    def let_go(self) -> None:
        """Let those that wait go on, and those to come pass."""
        self._go.set()
