"""A small application around the live pane, and runs recorded for it."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from kertasks.registry import find_task
from kertasks.runs.event_file.events import (
    Compiling,
    Epoch,
    Event,
    Finished,
    Progress,
    Started,
    format_event,
)
from kertasks.runs.folder import RunFolder
from kertasks.trainer.process.claiming import manifest_of
from kertui.live.pane import LivePane
from kertui.live.status import RunStatus
from kertui.plotting import draw
from kertui.plotting.strips import Row, text_of
from kertui.rows.plot_area import PlotArea
from kertui.service.training_service import TrainingService
from kertui.terminal.capabilities import Capabilities
from kertui.terminal.textual_workarounds import send_partial_updates
from kertui.terminal.theme import DARK, THEMES, default_tokens
from kertui.workbench.workbench import WorkbenchScreen

START = 1_700_000_000.0


class LiveApp(App[None]):
    """The status line over the pane, as the workbench has them."""

    CSS = "RunStatus { margin-bottom: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        binding
        for binding in WorkbenchScreen.BINDINGS
        if isinstance(binding, Binding) and binding.action.startswith("live(")
    ]

    def __init__(
        self, ascii: bool = False, colour: bool = True, service: TrainingService | None = None
    ) -> None:
        self.capabilities = Capabilities(ascii=ascii, colour=colour)
        self.service = service
        self.ended: list[LivePane.RunEnded] = []
        draw.preload()
        send_partial_updates()
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = (DARK if colour else THEMES[-1]).name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return default_tokens(self.current_theme)

    def compose(self) -> ComposeResult:
        yield RunStatus()
        yield LivePane(self.service)

    def action_live(self, action: str, *arguments: object) -> None:
        self.query_one(LivePane).act(action, *arguments)

    def on_mount(self) -> None:
        for pane in self.query(LivePane):
            pane.focus()

    def on_live_pane_updated(self, message: LivePane.Updated) -> None:
        # A last look at a run may arrive while the app is ending and its widgets are gone.
        for status in self.query(RunStatus):
            status.show(message.history, message.state, message.progress)

    def on_live_pane_run_ended(self, message: LivePane.RunEnded) -> None:
        self.ended.append(message)


def plot_rows(area: PlotArea, place: int = 0) -> list[Row]:
    """The rows of the first plot of an area or, by -1, of its last."""
    height = area.drawn[place].size[1]
    return area.rows[:height] if place == 0 else area.rows[-height:]


def plot_text(area: PlotArea, place: int = 0) -> str:
    """What the first or the last plot of an area shows."""
    return "\n".join(text_of(row).rstrip() for row in plot_rows(area, place))


def newswires(epochs: int = 20, done: int | None = None, seed: int = 1) -> Iterator[Event]:
    """A run like that of reuters: it learns, then learns by heart."""
    noise = random.Random(seed)
    yield Started(START, epochs, 16, 650_126, "CPU")
    yield Compiling(START + 0.5)
    yield Compiling(START + 2.5, 2.0)
    for number in range(1, (epochs if done is None else done) + 1):
        part = 9 * number / epochs
        wobble = noise.gauss(0, 0.004)
        metrics = {
            "loss": 2.4 * math.exp(-part / 2) + 0.11 + wobble / 4,
            "accuracy": 0.955 - 0.48 * math.exp(-part / 1.6) + wobble / 4,
            "val_loss": 1.75 * math.exp(-part / 1.7) + 0.82 + 0.018 * part**1.4 + wobble,
            "val_accuracy": 0.815 - 0.3 * math.exp(-part / 1.5) + wobble,
        }
        yield Epoch(START + 2.5 + 0.4 * number, number, metrics, 1e-3, 0.4)


def finished(epochs: int = 20) -> Iterator[Event]:
    """The same to its end."""
    yield from newswires(epochs)
    test = {"loss": 0.95, "accuracy": 0.7898}
    yield Finished(START + 2.7 + 0.4 * epochs, epochs, 9, test, None)


def exclusive_or(epochs: int = 1000, done: int = 412, seed: int = 3) -> Iterator[Event]:
    """A run like that of xor: many short epochs, nothing held out."""
    noise = random.Random(seed)
    yield Started(START, epochs, 4, 33, "CPU")
    yield Compiling(START + 0.1)
    yield Compiling(START + 0.9, 0.8)
    for number in range(1, done + 1):
        metrics = {
            "loss": 0.17
            + 0.56 / (1 + math.exp(min(99.0, (number - 260) / 70)))
            + noise.gauss(0, 0.004),
            "accuracy": 0.5 if number < 120 else 0.75 if number < 290 else 1.0,
        }
        yield Epoch(START + 1 + number * 0.00019, number, metrics, 1e-3, 0.00019)


def under_way(events: Iterator[Event], step: int) -> Iterator[Event]:
    """The events, and then some way into the next epoch."""
    last = 0
    t = START
    for event in events:
        yield event
        t = event.t
        if isinstance(event, Epoch):
            last = event.epoch
    yield Progress(t + 0.2, last + 1, step, {"loss": 0.5})


def claimed(folder: Path) -> RunFolder:
    """A run with this process in its trainer's place: until it has an end it is running."""
    folder.mkdir(parents=True, exist_ok=True)
    run = RunFolder(folder)
    run.write_manifest(manifest_of(run, find_task("xor").recipe(), created=START))
    return run


def record(folder: Path, events: Iterator[Event]) -> RunFolder:
    """Write the events as a trainer does."""
    run = claimed(folder)
    with run.events_path.open("a", encoding="utf-8") as file:
        file.writelines(map(format_event, events))
    return run
