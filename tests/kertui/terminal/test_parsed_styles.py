"""What was parsed once is what Textual would parse again, whatever the theme."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.css.stylesheet import Stylesheet
from textual.widgets import Input, Label

from kertui.terminal import parsed_styles
from kertui.terminal.parsed_styles import parse_styles_once


class Themed(App[None]):
    """Widgets whose colours depend on the theme, on their classes and on what is added later."""

    CSS = """
    Label { color: $accent; }
    Label.loud { color: red; background: $primary; }
    App:light Input { color: $error; }
    """

    def compose(self) -> ComposeResult:
        yield Label("one")
        yield Label("two", classes="loud")
        yield Input("x")


async def styles() -> list[list[str]]:
    found = []
    async with Themed().run_test() as pilot:
        app = pilot.app
        for theme in ("textual-dark", "textual-light", "nord", "textual-dark"):
            app.theme = theme
            await pilot.pause()
            found.append([widget.styles.css for widget in app.screen.walk_children()])
        app.stylesheet.add_source("Label { color: pink; }")
        app.refresh_css()
        await pilot.pause()
        found.append([widget.styles.css for widget in app.screen.walk_children()])
    return found


async def test_styles_are_those_of_textual(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as original:
        original.setattr(Stylesheet, "__init__", parsed_styles._init)
        original.setattr(Stylesheet, "set_variables", parsed_styles._set_variables)
        expected = await styles()
    assert len({str(one) for one in expected}) == 4  # each theme, and the rule that came later
    parse_styles_once()
    for _ in range(2):  # the second finds what the first parsed
        assert await styles() == expected
