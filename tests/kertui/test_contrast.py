"""Every text can be read and every curve seen: counted cell by cell on every screen, in both
themes, with 16, 256 and 16 million colours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.color import Color, ColorType
from rich.style import Style
from tests.support.live_states import (
    FAILED,
    TRAINING,
    beside,
    hold_still,
    play_keras,
)
from tests.support.looks import all_drawn
from tests.support.piloting import PatientApp, shown, until
from tests.support.recorded_service import RecordedService
from tests.support.run_folders import NOON, write_run
from tests.support.scenes import folds_of, open_group, trials_of
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import OptionList

from kertasks.runs.home.label import Label, write_label
from kertasks.runs.state import RunState
from kertui.app import KertuiApp
from kertui.plotting import draw
from kertui.rows.plot_area import PlotArea
from kertui.terminal.capabilities import Capabilities, Colours
from kertui.terminal.contrast import FIXED, VGA, XTERM, Rgb
from kertui.terminal.theme import DARK, LIGHT

TEXT, DRAWN = 4.5, 3.0
LINES = re.compile(r"[\u2500-\u257f\u25a0-\u25ff\u2800-\u28ff]")
"""Lines, signs and Braille: all that curves and axes are made of."""

EDGES = re.compile(r"[\s\u2580-\u259f]")
"""Blanks; blocks, which are pixels of pictures, edges of frames and scrollbars."""


def luminance(colour: Rgb) -> float:
    """As the Web Content Accessibility Guidelines define it."""
    parts = (value / 255 for value in colour)
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def shades(colour: Color | None) -> tuple[Rgb, ...]:
    """How terminals show a colour: the sixteen look one way here and another there."""
    assert colour is not None
    if colour.triplet is not None:
        return (tuple(colour.triplet),)  # type: ignore[return-value]
    assert colour.number is not None, f"{colour} is whatever the terminal has"
    if colour.type is ColorType.STANDARD:
        return XTERM[colour.number], VGA[colour.number]
    return (FIXED[colour.number - 16],)


def contrast(style: Style) -> float:
    found = []
    for ink, ground in zip(shades(style.color), shades(style.bgcolor), strict=True):
        low, high = sorted((luminance(ink), luminance(ground)))
        found.append((high + 0.05) / (low + 0.05))
    return min(found)


def unreadable(strips: Sequence[Strip]) -> Iterable[str]:
    """What of a screen cannot be read, with how far it stands apart."""
    for strip in strips:
        for text, style, _ in strip:
            assert style is not None
            words = EDGES.sub("", text)
            if not words and not style.reverse:
                continue
            least = TEXT if LINES.sub("", words) else DRAWN
            if (there := contrast(style)) < least - 0.01:
                yield f"{text.strip()!r} {there:.2f} ({style})"


async def count(pilot: Pilot[None], where: str, themes: Iterable[str]) -> list[str]:
    """The faults of the screen as it stands, in each theme and with each number of colours."""
    app = pilot.app
    assert isinstance(app, KertuiApp)
    faults = []
    # The one it is in comes first: another one styles every widget anew.
    for theme in sorted(themes, key=lambda theme: theme != app.theme):
        app.theme = theme
        await pilot.pause(0)
        for colours in Colours:
            app.use(replace(app.capabilities, colours=colours))
            strips = app.screen._compositor.render_strips()
            here = f"{where}, {theme}, {colours.name}"
            faults += [f"{here}: {fault}" for fault in unreadable(strips)]
            for options in app.screen.query(OptionList):
                if options.has_focus and options.highlighted is not None:
                    faults += not_marked(options.region, strips, here)
    return faults


def not_marked(list: Region, strips: Sequence[Strip], where: str) -> Iterable[str]:
    """A list of which no row looks chosen."""
    grounds = {
        str(style.bgcolor)
        for strip in strips[list.y : list.bottom]
        for _, style, _ in strip.crop(list.x + 2, list.x + 4)
        if style is not None
    }
    if len(grounds) < 2:
        yield f"{where}: no row looks chosen"


BOTH = (DARK.name, LIGHT.name)


@pytest.fixture
def app(service: RecordedService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> KertuiApp:
    hold_still(monkeypatch, tmp_path)
    play_keras(monkeypatch, service)
    monkeypatch.chdir(tmp_path)
    draw.preload()
    return PatientApp(service, Capabilities())


async def test_every_text_of_the_first_screen_and_of_dialogs_can_be_read(app: KertuiApp) -> None:
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await until(pilot, lambda: "no runs yet" in shown(app) and "1 000 rows" in shown(app))
        faults = await count(pilot, "tasks", BOTH)
        for severity in ("information", "warning", "error"):
            app.notify("it was said", title="Said", severity=severity)
        await until(pilot, lambda: shown(app).count("it was said") == 3)
        faults += await count(pilot, "notices", BOTH)
        app.clear_notifications()
        faults += await walk(
            pilot,
            {
                "filtered": ("x o", "exclusive"),
                "nothing matches": ("z z", "no task matches"),
                "recipes": ("escape d i g tab", "convolutions"),
                "head to head": ("f5", "against"),
                "help": ("escape f1", "closes this"),
                "palette": ("escape ctrl+p", "Light or dark"),
                "palette, filtered": ("l i g h", "Light or dark"),
                "own file": ("escape escape escape ctrl+o", "complete"),
            },
        )
    assert not faults, "\n".join(faults)


async def walk(
    pilot: Pilot[None], steps: dict[str, tuple[str, str]], themes: Iterable[str] = BOTH
) -> list[str]:
    """Press keys, wait for words, and count; again and again."""
    faults: list[str] = []
    for where, (keys, words) in steps.items():
        await pilot.press(*keys.split())
        await until(pilot, lambda words=words: words in shown(pilot.app))  # type: ignore[misc]
        faults += await count(pilot, where, themes)
    return faults


async def test_every_text_of_the_workbench_can_be_read(app: KertuiApp) -> None:
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        faults = []
        await until(pilot, lambda: "gpu-box" in shown(app))
        await beside(FAILED, RunState.FAILED)(pilot)
        await until(pilot, lambda: "out of memory" in shown(app))
        await all_drawn(pilot)
        faults += await count(pilot, "failed", BOTH)
        faults += await walk(
            pilot,
            {
                "more epochs": ("E", "Epochs in all"),
                "refused": ("backspace backspace x enter", "must be"),
                "a layer's form": ("escape down e", "units"),
                "a field": ("enter", "a whole number"),
                "a field, refused": ("x enter", "allowed"),
                "a list": ("escape down enter", "leaky_relu"),
                "adding": ("escape escape a", "after Dense"),
                "settings": ("escape t", "optimizer"),
                "saving": ("escape w", "Save the recipe"),
                "leaving": ("escape d escape", "in no file"),
            },
        )
    assert not faults, "\n".join(faults)


async def test_every_text_of_the_runs_and_groups_can_be_read(
    app: KertuiApp, service: RecordedService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("kertui.runs.runs_screen.time", lambda: NOON + 300)
    for seed, end in enumerate(("finished", "failed", "stopped")):
        run = write_run(
            service.store, "xor", "answer", epochs=9, began=NOON - seed, seed=seed, end=end
        )
        write_label(run.path, Label("bold", ("gpu",), "why not"))
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await until(pilot, lambda: "3 runs" in shown(app))
        faults = await walk(
            pilot,
            {
                "runs": ("R", "best loss"),
                "chosen": ("space down space down", "2 chosen"),
                "filter": ("slash", "words of task"),
                "nothing found": ("z z z", "no run matches"),
                "label": ("escape e", "next field"),
                "tags": ("tab", "gpu"),
                "an empty tag": ("backspace backspace backspace", "words apart"),
                "note": ("tab", "why not"),
                "deleting": ("escape d", "Delete which runs?"),
                "export": ("escape x", "Export this run"),
                "recipes": ("escape c", "recipes are the same"),
            },
        )
        await open_group(pilot, folds_of(tmp_path / "groups home"))
        faults += await walk(pilot, {"folds": ("down", "▸ 2/4")})
        await pilot.press("escape")
        await open_group(pilot, trials_of(tmp_path / "groups home"))
        faults += await walk(
            pilot,
            {
                "one of its runs": ("enter", "Which of its runs?"),
                "effects": ("escape f", "finished trials"),
            },
        )
    assert not faults, "\n".join(faults)


async def test_curves_of_blocks_can_be_seen(app: KertuiApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "gpu-box" in shown(app))
        await beside(TRAINING)(pilot)
        await until(pilot, lambda: "63 %" in shown(app))
        await pilot.press("f4")
        await all_drawn(pilot)
        faults = []
        for theme in BOTH:
            app.theme = theme
            for colours in Colours:
                app.use(replace(app.capabilities, colours=colours))
                await pilot.pause(0)
                area = next(iter(app.screen.query(PlotArea))).region
                strips = app.screen._compositor.render_strips()[area.y : area.bottom]
                cells = [
                    (text, style)
                    for strip in strips
                    for text, style, _ in strip.crop(area.x, area.right)
                    if set(text) & set("▀▄█") and style is not None
                ]
                assert len({str(style.color) for _, style in cells}) >= 2, "curves are told apart"
                faults += [f"{theme} {colours}" for _, style in cells if contrast(style) < DRAWN]
    assert not faults, "\n".join(faults)
