"""Keys that arrive together, as over a slow line, act in the order they came in."""

from __future__ import annotations

import pytest
from tests.support.piloting import until
from textual import events, on
from textual.app import App, ComposeResult
from textual.keys import key_to_character
from textual.widgets import Input

from kertui.forms.text_field import TextField


class FieldApp(App[None]):
    """One field that holds something, and what was entered in it."""

    def __init__(self) -> None:
        super().__init__()
        self.entered: list[str] = []

    def compose(self) -> ComposeResult:
        yield TextField("0.1", select_on_focus=False)

    @on(Input.Submitted)
    def keep(self, event: Input.Submitted) -> None:
        self.entered.append(event.value)


def send(app: App[None], *keys: str) -> None:
    """Send keys of which none waits for what the one before does."""
    for key in keys:
        app.post_message(events.Key(key, key_to_character(key)))


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (["backspace", "7"], "0.7"),
        (["ctrl+a", "ctrl+k", "5"], "5"),
        (["ctrl+u", "2", "5"], "25"),
        (["home", "delete", "9", "end", "8"], "9.18"),
        (["left", "backspace", "5", "right", "ctrl+w", "3"], "3"),
    ],
)
async def test_a_burst_of_keys_is_taken_in_order(keys: list[str], text: str) -> None:
    app = FieldApp()
    async with app.run_test() as pilot:
        app.query_one(TextField).cursor_position = 3
        send(app, *keys, "enter")
        await until(pilot, lambda: app.entered)
        assert app.entered == [text]


async def test_keys_act_on_whole_characters_and_joined_ones_can_be_typed() -> None:
    app = FieldApp()
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    async with app.run_test() as pilot:
        field = app.query_one(TextField)
        field.value = "e\u0301\U0001f1e9\U0001f1eax"
        field.cursor_position = 0
        for character in family:  # as a terminal sends it
            app.post_message(events.Key(character, character))
        send(app, "right", "delete", "end", "backspace", "enter")
        await until(pilot, lambda: app.entered)
        assert app.entered == [f"{family}e\u0301"]
        send(app, "left", "backspace", "enter")
        await until(pilot, lambda: len(app.entered) == 2)
        assert app.entered[1] == "e\u0301"
