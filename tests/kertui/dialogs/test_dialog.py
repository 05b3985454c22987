"""What all dialogs have in common."""

from __future__ import annotations

import pytest
from textual.app import App

from kertui.dialogs.dialog import Choice, Question
from kertui.dialogs.too_small import LEAST_HEIGHT, LEAST_WIDTH
from kertui.terminal.capabilities import Capabilities
from kertui.terminal.theme import DARK, default_tokens


class DialogApp(App[None]):
    """An app to ask over."""

    def __init__(self) -> None:
        self.capabilities = Capabilities()
        super().__init__()
        self.register_theme(DARK)
        self.theme = DARK.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return default_tokens(self.current_theme)


@pytest.mark.parametrize("size", [(LEAST_WIDTH, LEAST_HEIGHT), (80, 24)])
async def test_the_keys_of_a_long_question_stay_in_sight(size: tuple[int, int]) -> None:
    app = DialogApp()
    answers = [Choice(number, f"answer {number}", "word " * 20) for number in range(9)]
    async with app.run_test(size=size) as pilot:
        question = Question("Which?", "word " * 40, answers)
        await app.push_screen(question)
        await pilot.pause()
        frame = question.query_one("#dialog").content_region
        keys = question.query_one("#dialog-keys").region
        assert keys.height == 1
        assert keys.bottom <= frame.bottom <= size[1]
