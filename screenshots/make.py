"""Takes every picture of the README from the real program: real data, real trainings.

    python -m pip install -e '.[screenshots]'
    python screenshots/make.py [NAME ...]
    python screenshots/make.py --film [STORY]

The second films a story (``film.py``). The first writes NAME-80x24 and NAME-120x36, as SVG and
PNG, beside this file. Pictures of imdb and reuters need Keras's data files in the cache (``kertui
data get imdb reuters``) and are left out, saying so, without them.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
os.environ.setdefault("KERAS_HOME", str(Path.home() / ".keras"))

import resvg_py

from kertasks.data.sources.data_files import FileState, state
from kertasks.folders.looking_at_folders import look
from kertasks.groups.folder import GroupState
from kertasks.own_tasks.data_task import DataTask, write_data_task
from kertasks.processes.script_process import ScriptProcess
from kertasks.registry import find_task
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.label import Label, write_label
from kertasks.runs.home.store import RunStore
from kertasks.runs.run_errors import RunIsOver
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.user_folders import own_tasks_dir
from kertui.advice.advice_panel import AdvicePanel
from kertui.app import KertuiApp
from kertui.demo.story_files import FIRST
from kertui.groups.group_screen import GroupScreen
from kertui.live.pane import LivePane
from kertui.runs.run_curves import RunCurves
from kertui.runs.runs_screen import RunsScreen
from kertui.service.training_service import TrainingService
from kertui.session import OpenData
from kertui.terminal.capabilities import Capabilities
from kertui.workbench.recipe_column import RecipeColumn
from kertui.workbench.workbench import WorkbenchScreen

if TYPE_CHECKING:
    from textual.pilot import Pilot

FOLDER = Path(__file__).parent
SIZES = ((80, 24), (120, 36))
FONT = "DejaVu Sans Mono"
"""Has braille of the same width as its letters, which the fonts Textual names may lack."""

_DRAWN_TEXT = re.compile(
    r'<text class="([^"]+)" x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)"([^>]*)>'
    r"([^<]*[\u2580-\u2590\u2800-\u28ff][^<]*)</text>"
)
"""Text with braille or blocks in it."""

_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Column and row of each braille dot, by its bit (Unicode 15, chapter 21.1)."""

_LINE_HEIGHT, _ASCENT = 24.4, 18.5
"""Of a line in Textual's SVG, in its own units: the whole, and from its top to the baseline."""

_WEB_FONTS = re.compile(r"@font-face\s*{.*?}", re.DOTALL)
_FONT_FAMILY = re.compile(r"Fira Code")


@dataclass(frozen=True)
class Stage:
    """The running application, as the steps of a picture see it."""

    app: KertuiApp
    pilot: Pilot[None]

    async def until(self, condition: Callable[[], bool], what: str, seconds: float = 120) -> None:
        """Let the application go on until ``condition`` holds.

        Raises:
            TimeoutError: it did not in time; says what was waited for.
        """
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds} s for {what}")
            await self.pilot.pause(0.05)

    async def open_workbench(self, task: str, recipe: str) -> WorkbenchScreen:
        """Go to a task's workbench and wait until Keras has checked the recipe."""
        found = find_task(task)
        screen = WorkbenchScreen(self.app.session, found, found.recipe(recipe))
        self.app.push_screen(screen)
        await self.until(lambda: self.app.screen is screen, "the workbench")
        await self.until(lambda: screen.check.model_check is not None, "Keras's check")
        await self.until(lambda: "in a moment" not in _words(self.app), "the catalog")
        return screen

    async def train(self, epochs: int) -> LivePane:
        """Press the start key and wait until so many epochs are drawn."""
        pane = self.app.screen.query_one(LivePane)
        await self.pilot.press("space")
        await self.until(lambda: pane.history.epochs >= epochs, f"epoch {epochs}")
        return pane


async def tasks(stage: Stage) -> None:
    """The picker with the card of xor."""
    await stage.pilot.press(*"xor")
    await _card_is_there(stage)
    await stage.pilot.press("escape")
    await _card_is_there(stage)


async def digits(stage: Stage) -> None:
    """A card with pictures."""
    await stage.pilot.press(*"digits")
    await _card_is_there(stage)


async def imdb(stage: Stage) -> None:
    """A card with words."""
    await stage.pilot.press(*"imdb")
    await _card_is_there(stage)


async def _card_is_there(stage: Stage) -> None:
    await stage.until(
        lambda: (
            not any(words in _words(stage.app) for words in ("reading the data", "starting the"))
        ),
        "the task's card",
    )


async def workbench(stage: Stage) -> None:
    """Layers with shapes and parameters, before training."""
    await stage.open_workbench("digits", "convolutions")


async def add_layer(stage: Stage) -> None:
    """The search over Keras's layers."""
    await stage.open_workbench("digits", "convolutions")
    await stage.pilot.press("a")
    await stage.pilot.press(*"pool")
    await stage.pilot.pause(0.5)


async def training(stage: Stage) -> None:
    """A training under way."""
    await stage.open_workbench("xor", "answer")
    await stage.train(epochs=400)


async def finished(stage: Stage) -> None:
    """A training that ended, with its test result."""
    await stage.open_workbench("diabetes", "small")
    pane = await stage.train(epochs=1)
    await stage.until(lambda: pane.history.ended is not None, "the end", seconds=300)
    await stage.pilot.pause(0.5)


async def as_asked(stage: Stage) -> None:
    """A training that does not learn."""
    await stage.open_workbench("threshold", "as asked, grid")
    pane = await stage.train(epochs=1)
    await stage.until(lambda: pane.history.ended is not None, "the end", seconds=300)
    await stage.pilot.pause(0.5)


async def compare(stage: Stage) -> None:
    """What was changed against the recipe it came from."""
    screen = await stage.open_workbench("xor", "as asked")
    screen.draft.duplicate_layer(0)
    screen.draft.set_argument(0, ("activation",), "tanh")
    await stage.pilot.press("c")
    await stage.pilot.pause(0.5)


async def try_it(stage: Stage) -> None:
    """A digit that is being drawn, and what the network takes it for."""
    await stage.open_workbench("digits", "convolutions")
    pane = await stage.train(epochs=1)
    await stage.until(lambda: pane.history.ended is not None, "the end", seconds=300)
    await stage.pilot.press("p")
    await stage.until(lambda: pane.try_it.form is not None, "the form")
    await stage.pilot.pause(0.5)
    await stage.pilot.press(*("up",) * 3, *("left",) * 2)
    for key, times in (
        ("right", 4),
        ("down", 2),
        ("left", 1),
        ("down", 2),
        ("left", 1),
        ("down", 2),
    ):
        await stage.pilot.press(*(f"shift+{key}",) * times)
    answered = pane.try_it.is_answered
    await stage.until(lambda: answered() and "regression" in _words(stage.app), "the answer")


TRAINED = (
    ("threshold", "as asked, grid"),
    ("breast-cancer", "small"),
    ("diabetes", "small"),
    ("xor", "as asked, four rows"),
    ("xor", "answer"),
)
"""What the table of runs holds, the oldest first."""


def _is_over(run: RunFolder) -> bool:
    return run.state().is_over


async def runs(stage: Stage) -> None:
    """Finished runs in the table, two of them on the same axes."""
    service = stage.app.session.service
    for task, recipe in TRAINED:
        run = await asyncio.to_thread(service.start, find_task(task).recipe(recipe))
        await stage.until(partial(_is_over, run), f"{task} {recipe}", seconds=300)
    write_label(service.store.find("diabetes").path, Label("least squares", ("baseline",)))
    await stage.pilot.press("R")
    screen = stage.app.screen
    assert isinstance(screen, RunsScreen)
    await stage.until(lambda: screen.listed.complete, "the runs")
    await stage.pilot.press("space", "down", "space", "down")
    curves = screen.query_one(RunCurves)
    await stage.until(lambda: len(curves.histories) == 2 and not curves.reading, "the curves")
    await stage.pilot.pause(0.5)


async def head_to_head(stage: Stage) -> None:
    """Two recipes that are trained at the same time."""
    await stage.pilot.press(*"xor", "escape", "H", "enter")
    await _train_both(stage, 300)


async def _train_both(stage: Stage, epochs: int) -> None:
    """Wait until both of a head to head have trained for more than so many epochs."""
    await stage.until(lambda: bool(stage.app.screen.query(RunCurves)), "the runs")
    curves = stage.app.screen.query_one(RunCurves)
    await stage.until(
        lambda: (
            len(curves.histories) == 2
            and all(history.epochs > epochs for history in curves.histories.values())
        ),
        "both trainings",
        seconds=300,
    )


async def _finish(stage: Stage, task: str, recipe: str) -> LivePane:
    """Train a recipe to its end."""
    await stage.open_workbench(task, recipe)
    pane = await stage.train(epochs=1)
    await stage.until(lambda: pane.history.ended is not None, "the end", seconds=300)
    return pane


async def _look(stage: Stage, pane: LivePane, tab: str) -> None:
    """Choose a tab and wait until what it looks at is computed."""
    await stage.pilot.press(tab)
    await stage.until(lambda: pane.view.look is not None and not pane.view.looking, "the look")
    await stage.pilot.pause(0.5)


async def boundary_early(stage: Stage) -> None:
    """What xor's network says all over the plane after a few epochs."""
    pane = await _finish(stage, "xor", "answer")
    await _look(stage, pane, "2")
    await stage.pilot.press(*30 * ["left_curly_bracket"])
    await stage.until(lambda: pane.view.look is not None and pane.view.look.epoch < 50, "an epoch")
    await stage.pilot.pause(0.5)


async def boundary_late(stage: Stage) -> None:
    """The same in the end, with its hidden units."""
    await _look(stage, await _finish(stage, "xor", "answer"), "2")


async def fit(stage: Stage) -> None:
    """A network that learned x² where it saw it, and nowhere else."""
    await stage.open_workbench("square", "answer")
    pane = await stage.train(epochs=2_000)
    await stage.pilot.press("space")
    await stage.until(lambda: pane.state is RunState.PAUSED, "the pause")
    await _look(stage, pane, "2")


async def matrix(stage: Stage) -> None:
    """Which of 46 topics is taken for which."""
    await _look(stage, await _finish(stage, "reuters", "book"), "3")


_WRITE_DIGITS = """
import pathlib, sys, tensorflow as tf
from sklearn.datasets import load_digits
names = "zero one two three four five six seven eight nine".split()
digits = load_digits()
for number, (picture, digit) in enumerate(zip(digits.images, digits.target)):
    folder = pathlib.Path(sys.argv[1], names[digit])
    folder.mkdir(parents=True, exist_ok=True)
    pixels = tf.cast(picture[..., None] * 15.9, "uint8")
    (folder / f"{number:04}.png").write_bytes(tf.io.encode_png(pixels).numpy())
"""


WINES = """
import pathlib, sys
from sklearn.datasets import load_wine
wines = load_wine()
lines = [";".join(["bottle", *wines.feature_names, "grower"])]
for number, (row, grower) in enumerate(zip(wines.data, wines.target)):
    cells = [f"{cell:.2f}".replace(".", ",") for cell in row]
    cells[2] = "?" if number in (16, 59, 120) else cells[2]
    name = ("Barolo", "Grignolino", "Barbera")[grower]
    lines.append(";".join([str(1001 + number), *cells, name]))
pathlib.Path(sys.argv[1]).write_text("\\n".join(lines))
"""
"""Writes a table of 178 wines, with a column that names each and three cells that are missing."""


async def table(stage: Stage) -> None:
    """A person's own table, as it was understood."""
    file = Path(os.environ["HOME"], "wines.csv")
    subprocess.run([sys.executable, "-c", WINES, file], check=True)
    stage.app.post_message(OpenData(stage.app.screen, file))
    await stage.until(lambda: "ready" in _words(stage.app), "the table")
    await stage.pilot.press("home", "down", "down", "down", "right")
    await stage.pilot.pause(0.5)


async def folder(stage: Stage) -> None:
    """A person's own folder of pictures: which class is taken for which."""
    path = Path(os.environ["HOME"], "digits")
    await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", _WRITE_DIGITS, str(path)], check=True
    )
    write_data_task(DataTask(look(path).data), own_tasks_dir() / "handwriting.toml")
    await _look(stage, await _finish(stage, "handwriting", "convolutions"), "3")


async def layers(stage: Stage) -> None:
    """Dead units of a network that does not learn."""
    await _look(stage, await _finish(stage, "xor", "as asked, four rows"), "5")


async def _advised(stage: Stage) -> AdvicePanel:
    """Open xor's attempt that goes wrong, and wait until the fixes of what is wrong were tried."""
    screen = await stage.open_workbench("xor", "as asked")
    panel = screen.query_one(AdvicePanel)
    await stage.until(lambda: panel.known.worst is not None, "advice")
    await stage.until(
        lambda: not any(entry.wants_trial for entry in panel.known.entries), "the trials", 300
    )
    await stage.pilot.pause(0.5)
    return panel


async def advice(stage: Stage) -> None:
    """What is wrong with a recipe, in a line above the keys."""
    await _advised(stage)


async def advice_list(stage: Stage) -> None:
    """All that is wrong with it, and what came of trying to mend it."""
    await _advised(stage)
    await stage.pilot.press("i")
    await stage.pilot.pause(0.5)


async def tried_fix(stage: Stage) -> None:
    """A recipe and the one with the fix, trained at the same time."""
    await _advised(stage)
    await stage.pilot.press("i", "h")
    await _train_both(stage, 600)


SCRIPT = """
import keras
from sklearn.datasets import make_moons

keras.utils.set_random_seed(0)
x, y = make_moons(600, noise=0.2, random_state=0)
model = keras.Sequential([
    keras.Input((2,)),
    keras.layers.Dense(12, activation="relu"),
    keras.layers.Dense(6, activation="relu"),
    keras.layers.Dense(1, activation="sigmoid"),
])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=400, validation_split=0.25)
"""
"""A person's own program."""


async def script(stage: Stage) -> None:
    """What the network of a script of one's own says all over the plane, while it trains."""
    service = stage.app.session.service
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "train.py")
        file.write_text(SCRIPT)
        started = await asyncio.to_thread(ScriptProcess.start, service.store, file, name="moons")
        stage.app.open_run(started.run, follows=True)
        await stage.until(lambda: bool(stage.app.screen.query(LivePane)), "the run")
        pane = stage.app.screen.query_one(LivePane)
        await stage.until(lambda: pane.history.epochs >= 120, "epoch 120", seconds=300)
        await _look(stage, pane, "2")


async def folds(stage: Stage) -> None:
    """A cross-validation, its mean over the curves of its folds."""
    await stage.open_workbench("boston", "book")
    await stage.pilot.press("V", "enter")
    await _group_is_over(stage)
    await stage.pilot.pause(0.5)


async def _press(stage: Stage, *keys: str) -> None:
    """Press keys, each once what the one before did is there."""
    for key in keys:
        await stage.pilot.press(key)
        await stage.pilot.pause(0.1)


async def _group_is_over(stage: Stage) -> None:
    await stage.until(lambda: isinstance(stage.app.screen, GroupScreen), "the group")
    screen = stage.app.screen
    assert isinstance(screen, GroupScreen)
    await stage.until(
        lambda: screen.seen is not None and screen.seen.state is GroupState.FINISHED,
        "the last run",
        seconds=300,
    )


async def sweep(stage: Stage) -> None:
    """Widths and learning rates of xor's answer: the trials, and what each setting does."""
    screen = await stage.open_workbench("xor", "answer")
    column = screen.query_one(RecipeColumn)
    await stage.until(lambda: column.catalog is not None, "the catalog")
    await _press(stage, "0", "e", "home", "enter", *"2,4,8,16", "enter", "enter")
    await stage.until(lambda: "layers.0.units" in _words(stage.app), "the question", 20)
    await _press(stage, "escape", "t", "home", "right", "enter")
    await _press(stage, *("full_stop" if one == "." else one for one in "0.001,0.01"))
    await _press(stage, "enter", "enter")
    await stage.until(lambda: "learning_rate" in _words(stage.app), "the question", 20)
    await _press(stage, "backspace", "3", "enter")
    await _group_is_over(stage)
    await stage.pilot.press("f")
    await stage.pilot.pause(0.5)


async def help_screen(stage: Stage) -> None:
    """The keys of the workbench."""
    await stage.open_workbench("xor", "answer")
    await stage.pilot.press("question_mark")
    await stage.pilot.pause(0.5)


PICTURES: dict[str, Callable[[Stage], Awaitable[None]]] = {
    "tasks": tasks,
    "digits": digits,
    "imdb": imdb,
    "workbench": workbench,
    "add-layer": add_layer,
    "training": training,
    "finished": finished,
    "as-asked": as_asked,
    "compare": compare,
    "runs": runs,
    "head-to-head": head_to_head,
    "boundary-early": boundary_early,
    "boundary-late": boundary_late,
    "fit": fit,
    "matrix": matrix,
    "folder": folder,
    "layers": layers,
    "advice": advice,
    "advice-list": advice_list,
    "tried-fix": tried_fix,
    "script": script,
    "folds": folds,
    "sweep": sweep,
    "help": help_screen,
    "table": table,
    "try-it": try_it,
}


NEEDS = {"imdb": "imdb.npz", "folds": "boston_housing.npz", "matrix": "reuters.npz"}
"""Data files without which a picture is left out."""


ADVISED = {"advice", "advice-list", "tried-fix"}
"""Pictures with advice; on the others it would stand or not, as quick as the machine is."""


def _words(app: KertuiApp) -> str:
    """What the screen shows, as text."""
    return "\n".join(
        "".join(segment.text for segment in strip)
        for strip in app.screen._compositor.render_strips()
    )


async def take(name: str, size: tuple[int, int], cache: Path) -> None:
    """Take one picture in an application of its own."""
    columns, rows = size
    with tempfile.TemporaryDirectory(prefix="kertui-") as home:
        # The pictures show where a run is kept: under the home folder, as for anyone.
        os.environ["HOME"] = home
        store = RunStore(Path(home, ".local/share/kertui"))
        service = TrainingService(store, cache, advice=name in ADVISED)
        app = KertuiApp(service, Capabilities())
        try:
            async with app.run_test(size=size) as pilot:
                service.start_spare()
                await PICTURES[name](Stage(app, pilot))
                await pilot.pause(0.3)
                write(app.export_screenshot(title="kertui"), FOLDER / f"{name}-{columns}x{rows}")
                for run in service.store.runs():
                    with contextlib.suppress(RunIsOver):
                        run.send(SteeringCommand.STOP)
        finally:
            service.close()
            _wait_for_runs(service)


def _wait_for_runs(service: TrainingService) -> None:
    """The home is about to be removed: let the trainers end first."""
    deadline = time.monotonic() + 60
    while any(not run.state().is_over for run in service.store.runs()):
        if time.monotonic() > deadline:
            raise TimeoutError("a training did not stop within 60 s")
        time.sleep(0.1)


def write(svg: str, path: Path) -> None:
    """Write a screenshot as SVG, without fonts from the web, and as PNG."""
    svg = _DRAWN_TEXT.sub(_with_shapes, _FONT_FAMILY.sub(FONT, _WEB_FONTS.sub("", svg)))
    path.with_suffix(".svg").write_text(svg, encoding="utf-8")
    path.with_suffix(".png").write_bytes(
        bytes(resvg_py.svg_to_bytes(svg_string=svg, font_family=FONT))
    )
    print(path.with_suffix(".png").name, flush=True)


def _with_shapes(text: re.Match[str]) -> str:
    """The same text with its braille drawn as dots and its blocks as rectangles: few fonts have
    braille as wide as letters, and none blocks as high as a line."""
    css, left, baseline, length, rest, content = text.groups()
    characters = html.unescape(content)
    cell = float(length) / len(characters)
    top = float(baseline) - _ASCENT
    shapes, others = [], []
    for index, character in enumerate(characters):
        x = float(left) + cell * index
        drawn = _dots(ord(character) - 0x2800, x, top, cell) or _block(character, x, top, cell)
        shapes += drawn
        others.append("\u00a0" if drawn or character == "\u2800" else character)
    kept = "".join(others)
    letters = ""
    if kept.strip("\u00a0 "):
        letters = (
            f'<text class="{css}" x="{left}" y="{baseline}" textLength="{length}"{rest}>'
            f"{html.escape(kept)}</text>"
        )
    return f'{letters}<g class="{css}" shape-rendering="crispEdges">{"".join(shapes)}</g>'


def _dots(bits: int, left: float, top: float, cell: float) -> list[str]:
    """The dots of a braille character, by its bits; none for another character."""
    if not 0 <= bits <= 0xFF:
        return []
    return [
        f'<circle cx="{left + cell * (column + 0.5) / 2:.1f}" '
        f'cy="{top + _LINE_HEIGHT * (row + 0.5) / 4:.1f}" r="1.9"/>'
        for bit, (column, row) in enumerate(_DOTS)
        if bits >> bit & 1
    ]


def _block(character: str, left: float, top: float, cell: float) -> list[str]:
    """The rectangle of a block (Unicode's Block Elements, halves and eighths)."""
    code = ord(character) - 0x2580
    x, y, width, height = 0.0, 0.0, 1.0, 1.0
    if code == 0:
        height = 0.5
    elif 1 <= code <= 8:
        y, height = 1 - code / 8, code / 8
    elif 9 <= code <= 15:
        width = (16 - code) / 8
    elif code == 16:
        x, width = 0.5, 0.5
    else:
        return []
    return [
        f'<rect x="{left + cell * x:.2f}" y="{top + _LINE_HEIGHT * y:.2f}" '
        f'width="{cell * width:.2f}" height="{_LINE_HEIGHT * height:.2f}"/>'
    ]


def main(names: list[str]) -> None:
    """Take the pictures named, or all; or film a story."""
    if names[:1] == ["--film"]:
        sys.path.insert(0, str(FOLDER.parent))  # for what tests share
        from screenshots.film import film

        for story in names[1:] or [FIRST]:
            film(story, FOLDER)
        return
    unknown = [name for name in names if name not in PICTURES]
    if unknown:
        sys.exit(f"no picture {unknown[0]!r}; there are: {', '.join(PICTURES)}")
    with tempfile.TemporaryDirectory(prefix="kertui-") as cache:
        for name in names or PICTURES:
            file = NEEDS.get(name)
            if file is not None and state(file) is not FileState.HERE:
                print(f"{name} left out: {file} is not here (kertui data get {file[:-4]})")
                continue
            for size in SIZES:
                asyncio.run(take(name, size, Path(cache)))


if __name__ == "__main__":
    main(sys.argv[1:])
