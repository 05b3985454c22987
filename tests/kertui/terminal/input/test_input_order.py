"""No key acts before the one that came first has, and none waits for ever."""

from __future__ import annotations

import asyncio

import pytest
from tests.support.piloting import until
from textual import events, work
from textual.app import App
from textual.screen import Screen

from kertui.terminal.input import input_order
from kertui.terminal.input.input_order import InputOrder


class Opened(Screen[None]):
    """A screen that takes down which keys it gets."""

    def on_key(self, event: events.Key) -> None:
        assert isinstance(self.app, Orderly)
        self.app.taken.append(f"opened {event.key}")


class Orderly(App[None]):
    """Opens a screen at ``o``, by way of a thread at ``t``; is stuck at ``s``."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[str] = []
        self.stuck = asyncio.Event()
        self._order = InputOrder(self)

    async def on_event(self, event: events.Event) -> None:
        comes_in = isinstance(event, events.InputEvent) and not event.is_forwarded
        if not (comes_in and self._order.holds(event)):
            await super().on_event(event)

    async def on_key(self, event: events.Key) -> None:
        if not isinstance(self.screen, Opened):
            self.taken.append(event.key)
        match event.key:
            case "o":
                self.push_screen(Opened())
            case "t":
                self.read()

    @work(thread=True, group="open")
    def read(self) -> None:
        self.call_from_thread(self.push_screen, Opened())

    def get_default_screen(self) -> Screen[None]:
        return Stuck()


class Stuck(Screen[None]):
    """The first screen."""

    async def on_key(self, event: events.Key) -> None:
        assert isinstance(self.app, Orderly)
        if event.key == "s":
            self.app.taken.append("stuck")
            event.stop()
            await self.app.stuck.wait()


def send(app: App[None], keys: str) -> None:
    for key in keys:
        app.post_message(events.Key(key, key))


@pytest.mark.parametrize("opens", ["o", "t"])
async def test_a_key_goes_to_the_screen_that_the_one_before_opens(opens: str) -> None:
    app = Orderly()
    async with app.run_test() as pilot:
        send(app, f"a{opens}bc")
        await until(pilot, lambda: len(app.taken) == 4)
    assert app.taken == ["a", opens, "opened b", "opened c"]


async def test_what_is_stuck_does_not_make_it_deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_order, "_PATIENCE", 0.05)
    app = Orderly()
    async with app.run_test(), asyncio.timeout(60):
        send(app, "sab")
        while app.taken != ["stuck"] or app._order._task is not None:
            await asyncio.sleep(0.01)
        app.stuck.set()
        while app.taken != ["stuck", "a", "b"]:
            await asyncio.sleep(0.01)
