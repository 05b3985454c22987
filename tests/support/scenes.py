"""Every screen and dialog brought up in the real application, and drawn at many sizes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import psutil
import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from rich.segment import Segment
from tests.support.group_folders import write_group, write_sweep
from tests.support.piloting import until
from tests.support.run_folders import NOON, append, write_run, write_running
from tests.support.wide_names import NAMES
from textual._compositor import LayoutUpdate
from textual.app import App
from textual.geometry import Size
from textual.pilot import Pilot
from textual.strip import Strip

from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.folder import GroupFolder
from kertasks.groups.sweep.asked import Sweep
from kertasks.groups.sweep.dimension import Choices, Range
from kertasks.registry import find_task
from kertasks.runs.event_file.events import Epoch, Finished
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.label import Label, write_label
from kertasks.runs.home.store import RunStore
from kertasks.runs.manifest import Origin
from kertasks.runs.state import RunState
from kertui.app import KertuiApp
from kertui.following.following_screen import FollowingScreen
from kertui.groups.group_screen import GroupScreen
from kertui.live.pane import LivePane
from kertui.rows.rows_widget import RowsWidget
from kertui.runs.runs_screen import RunsScreen
from kertui.session import FollowRun, OpenGroup
from kertui.tasks_screen.task_list import TaskList
from kertui.tasks_screen.tasks_screen import TasksScreen
from kertui.workbench.recipe_column import RecipeColumn
from kertui.workbench.workbench import WorkbenchScreen

MEMORY = 200_000_000
"""Bytes that drawing at all the sizes may take."""

SMALL = list(product(range(1, 41), range(1, 13)))
"""Every size from 1x1 to 40x12."""


def some_sizes(seed: int, small: int, large: int) -> list[tuple[int, int]]:
    """The smallest size, more of the small ones and some above them, in an order of their own."""
    chance = random.Random(seed)
    sizes = [(1, 1), *chance.sample(SMALL, small)]
    sizes += [(chance.randint(41, 220), chance.randint(13, 70)) for _ in range(large)]
    chance.shuffle(sizes)
    return sizes


class LiveRun:
    """A run that goes on: this process is its trainer and writes an epoch when it is told to."""

    def __init__(self, folder: RunFolder, done: int) -> None:
        self.folder, self.done = folder, done
        self.over = False

    def train(self) -> None:
        """Do one more epoch, unless it is over."""
        if self.over:
            return
        self.done += 1
        value = 1 / self.done
        metrics = {"loss": value, "accuracy": 1 - value}
        append(self.folder, [Epoch(NOON + self.done, self.done, metrics, 1e-3, 0.2)])

    def finish(self) -> None:
        """End the training."""
        self.over = True
        test = {"loss": 0.1, "accuracy": 0.9}
        append(self.folder, [Finished(NOON + self.done + 1, self.done, self.done, test, None)])


def fill(store: RunStore) -> LiveRun:
    """Runs of all kinds, with names of wide and joined characters, and one that goes on."""
    ends = ("finished", "stopped", "failed", "")
    for number, name in enumerate(NAMES):
        run = write_run(
            store, "xor", "answer", epochs=30, began=NOON - 60 * number, seed=number,
            end=ends[number % len(ends)],
        )  # fmt: skip
        if number != 3:
            write_label(run.path, Label(name, ("größer", "標籤"), f"{name} " * 20))
    return LiveRun(write_running(store, began=NOON + 60), 20)


def folds_of(home: Path) -> GroupFolder:
    """A cross-validation of which a fold failed, one was lost half way and one was not begun."""
    return write_group(home, CrossValidation(4), epochs=40, ends=("finished", "failed", ""))


def trials_of(home: Path) -> GroupFolder:
    """A sweep of two settings and two seeds, of which a trial failed and one was not begun."""
    units = Choices("layers.0.units", ("2", "64"))
    rate = Range("compile.optimizer.learning_rate", 1e-4, 0.1, log=True)
    values = [("2", "0.0123"), ("64", "0.001"), ("2", "0.00034"), ("64", "0.05"), ("2", "0.1")]
    asked = Sweep((units, rate), "random", trials=5, seeds=2)
    ends = ("finished", "finished", "failed", "")
    return write_sweep(home, asked, values, epochs=40, ends=ends)


@dataclass(frozen=True)
class Scene:
    """A screen or a dialog, by the keys that lead to it from the first screen or a workbench."""

    keys: str
    """With blanks between them."""

    bench: bool = False
    """Whether it is in the workbench beside the run that goes on."""

    changed: bool = False
    """Whether the recipe there has changes in no file."""

    following: bool = False
    """Whether it is of the same run, as if a script trained it."""

    group: Callable[[Path], GroupFolder] | None = None
    """Whose screen it is of; made in a home of its own, beside the runs."""

    back: str = ""
    """The keys that lead back to the workbench from what a dialog was opened from."""

    async def open(self, pilot: Pilot[Any], live: LiveRun) -> None:
        """Bring it up, in a workbench that is there already where it is in one."""
        app = pilot.app
        assert isinstance(app, KertuiApp)
        if not (self.bench and isinstance(app.screen, WorkbenchScreen)):
            await until(pilot, lambda: isinstance(app.screen, TasksScreen))
            await settled(pilot)
            if self.bench:
                await _open_bench(pilot, app, live)
            if self.following:
                await _open_following(pilot, app, live)
            if self.group is not None:
                await open_group(pilot, self.group(live.folder.path.parents[2] / "groups home"))
        if self.changed:
            assert isinstance(app.screen, WorkbenchScreen)
            app.screen.draft.duplicate_layer(0)
            app.screen.query_one(RecipeColumn).take_edit()
            await settled(pilot)
        await press(pilot, self.keys)

    async def close(self, pilot: Pilot[Any]) -> None:
        """Leave all that is over the workbench, or over the first screen."""
        app = pilot.app
        below = WorkbenchScreen if self.bench else TasksScreen
        while not isinstance(app.screen, below):
            await app.pop_screen()
        if not self.bench:
            app.screen.query_one(TaskList).filter_text = ""
        await settled(pilot)
        await press(pilot, self.back)


async def _open_bench(pilot: Pilot[Any], app: KertuiApp, live: LiveRun) -> None:
    task = find_task("xor")
    screen = WorkbenchScreen(
        app.session, task, task.recipes["answer"], run=live.folder, run_state=RunState.RUNNING
    )
    await app.push_screen(screen)
    await until(pilot, lambda: screen.query_one(RecipeColumn).catalog is not None)
    await until(pilot, lambda: screen.query_one(LivePane).history.epochs > 0)
    await settled(pilot)


async def _open_following(pilot: Pilot[Any], app: KertuiApp, live: LiveRun) -> None:
    manifest = replace(live.folder.manifest(), task="train.py", origin=Origin.SCRIPT)
    asked = FollowRun(app.screen, live.folder, manifest, RunState.RUNNING)
    screen = FollowingScreen(app.session, asked)
    await app.push_screen(screen)
    await until(pilot, lambda: screen.query_one(LivePane).history.epochs > 0)
    await settled(pilot)


async def open_group(pilot: Pilot[Any], group: GroupFolder) -> GroupScreen:
    """Bring up the screen of a group, and what its folder says."""
    app = pilot.app
    app.post_message(OpenGroup(app.screen, group))
    await until(pilot, lambda: isinstance(app.screen, GroupScreen))
    screen = app.screen
    assert isinstance(screen, GroupScreen)
    await until(pilot, lambda: screen.seen is not None)
    return screen


async def press(pilot: Pilot[Any], keys: str) -> None:
    """Press keys, each once what the one before did is there."""
    for key in keys.split():
        await pilot.press(key)
        await settled(pilot)


SCREENS = {
    "tasks": Scene(""),
    "tasks: digits": Scene("d i g i t s"),
    "runs": Scene("R space down space"),
    "runs: recipes": Scene("R space down space c"),
    "runs: curves": Scene("R space down space f"),
    "runs: filter": Scene("R slash z z"),
    "workbench: layers": Scene("0", bench=True),
    "workbench: live": Scene("1", bench=True),
    "workbench: log": Scene("l", bench=True),
    "following": Scene("", following=True),
    "folds": Scene("down", group=folds_of),
    "effects": Scene("f", group=trials_of),
    "comparison": Scene("c", bench=True, changed=True),
    "advice": Scene("i", bench=True),
}
"""What fills the terminal."""

DIALOGS = {
    "help": Scene("f1"),
    "palette": Scene("ctrl+p"),
    "head to head": Scene("x o r escape H"),
    "open": Scene("ctrl+o / tab"),
    "download": Scene("b o s t o n ctrl+g"),
    "label": Scene("R e"),
    "export": Scene("R x"),
    "quit": Scene("q", bench=True),
    "sweep": Scene("0 e home enter 2 comma 4 enter enter", bench=True, back="escape escape"),
    "learning rate": Scene("L", bench=True),
    "add layer": Scene("a", bench=True),
    "choice": Scene("t enter", bench=True, back="escape"),
    "value": Scene("e enter", bench=True, back="escape escape"),
    "unsaved": Scene("escape", bench=True, changed=True),
}
"""What stands over it, one dialog of each kind; those of the first screen come first."""


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until threads are done and what they brought is laid out and drawn."""
    app = pilot.app
    for _ in range(3):
        await pilot.pause(0.01)
        await until(pilot, lambda: all(map(_is_done, app.workers)))
        await until(pilot, lambda: not any(map(_is_drawing, app.screen_stack)))


def _is_done(worker: Any) -> bool:
    return worker.is_finished or worker.group in ("follow", "script runs", "download", "quit")


def _is_drawing(screen: Any) -> bool:
    if isinstance(screen, RunsScreen) and screen._rest_timer is not None:
        return True
    # Private in Textual 8.2.
    top = screen.app.screen is screen
    return bool(top and (screen._layout_required or screen._dirty_widgets))


async def resize(pilot: Pilot[Any], width: int, height: int) -> None:
    """Give the terminal another size, and wait until the screen on top has it."""
    app = pilot.app
    await pilot.resize_terminal(width, height)
    await until(pilot, lambda: app._exception or app.screen._compositor.size == (width, height))


def painted(app: App[Any]) -> list[list[Segment]]:
    """The terminal's lines as they are, with the screens that are seen under the one on top."""
    compositor, below = app.screen._compositor, app._background_screens
    update = compositor.render_update(full=True, screen_stack=below, simplify=True)
    assert isinstance(update, LayoutUpdate)
    return [list(Strip.join(line).simplify()) for line in update.strips]


async def at_rest(pilot: Pilot[Any]) -> list[str]:
    """What is written on the terminal once it has not changed for a while."""
    before: list[str] = []
    while (lines := written(pilot.app)) != before:
        before = lines
        await pilot.pause(0.3)
        await settled(pilot)
    return lines


def written(app: App[Any]) -> list[str]:
    """What is written on the terminal, line by line."""
    return ["".join(segment.text for segment in line).rstrip() for line in painted(app)]


async def draw_at(pilot: Pilot[Any], sizes: Iterable[tuple[int, int]], live: LiveRun) -> None:
    """Draw what is there at each of the sizes, while the run goes on.

    Raises:
        AssertionError: lines are missing or are not as wide as the terminal, or memory has grown.
    """
    process = psutil.Process()
    before = process.memory_info().rss
    for width, height in sizes:
        live.train()
        await resize(pilot, width, height)
        lines = painted(pilot.app)
        where = (pilot.app.screen, width, height)
        assert pilot.app._exception is None, where
        assert process.memory_info().rss - before < MEMORY, where
        assert len(lines) == height, where
        for line in lines:
            assert cell_len("".join(one.text for one in line)) == width, (*where, line)


def draw_rows(widget: RowsWidget, width: int, height: int) -> None:
    """Have a widget make its rows for a size, whatever a layout would give it.

    Raises:
        AssertionError: a line is not as wide as that.
    """
    with pytest.MonkeyPatch.context() as layout:
        layout.setattr(RowsWidget, "size", Size(width, height))
        widget.redraw()
        for y in range(height):
            assert cell_len(widget.render_line(y).text) == width, (widget, width, height, y)
