"""Try it: what is typed or drawn is asked, and the answer stands under it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import keras
import msgspec
import pytest
from tests.support.live_app import LiveApp, finished, record
from tests.support.picture_files import write_pictures
from tests.support.piloting import shown, until
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.recorded_service import RECORDED
from tests.support.trainers import FollowedRun
from tests.support.waiting import wait_until
from textual import events
from textual.pilot import Pilot

from kertasks.data.dataset import Dataset
from kertasks.data.described.describing import describe
from kertasks.data.described.description import Description, WordsSample, from_json
from kertasks.folders.pictures.picture_folder import PictureFolder, PixelScaling
from kertasks.own_tasks.data_task import DataTask
from kertasks.own_tasks.task_of_data import task_of
from kertasks.registry import find_task
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.looking.view import DoesNotApply, Look, Moment, ViewRequest
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.views.answer import Answer, AnswerRequest
from kertasks.views.table import look
from kertui.live.followed.follower import RunFollower
from kertui.live.pane import LivePane
from kertui.live.tab import RunView
from kertui.live.try_it.picture_field import PictureField
from kertui.live.try_it.picture_path import PicturePath
from kertui.live.try_it.pixel_pad import PixelPad
from kertui.live.try_it.try_panel import TryAnswer, TryPanel, form_for
from kertui.live.try_it.value_fields import ValueFields
from kertui.live.try_it.words_field import NumbersField, WordsField
from kertui.service.told_runs import ToldRuns
from kertui.service.training_service import TrainingService


class Network:
    """In the place of the service: answers by a network in this process, as the warm one does."""

    def __init__(self, data: Dataset, classes: int) -> None:
        keras.utils.set_random_seed(0)
        activation = "sigmoid" if classes == 1 else "softmax"
        layers = [keras.layers.Flatten(), keras.layers.Dense(classes, activation=activation)]
        self._model = keras.Sequential([keras.Input(data.input_shape), *layers])
        self._model.compile(loss="mse")
        self._data = data
        self.asked: list[AnswerRequest] = []
        self.told = ToldRuns()

    def look(self, run: RunFolder, moment: Moment, request: ViewRequest) -> Look:
        assert isinstance(request, AnswerRequest)
        self.asked.append(request)
        try:
            return Look(request, 20, record=look(self._model, self._data, request))
        except DoesNotApply as reason:
            return Look(request, 20, why_not=str(reason))


class TryApp(LiveApp):
    """The pane with Try it open on a run that is over."""

    def __init__(self, run: RunFolder, name: str, network: Network | None, **look: bool) -> None:
        super().__init__(ascii=look.get("ascii", False), colour=look.get("colour", True))
        self.data = description(name)
        self.knows_data = True
        self.run_shown = run
        self.pane = LivePane(cast(TrainingService, network))
        self.pasted_at_nothing: list[str] = []

    def on_paste(self, event: events.Paste) -> None:
        self.pasted_at_nothing.append(event.text)

    def compose(self) -> Iterator[Any]:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.focus()
        self.pane.follow(self.run_shown, RunState.FINISHED)
        if self.knows_data:
            self.pane._take_data(RunFollower.DataRead(self.pane.query_one(RunFollower), self.data))

    async def open(self, pilot: Pilot[None]) -> TryPanel:
        await until(pilot, lambda: self.pane.history.ended)
        self.pane.act("try_it")
        panel = self.pane.try_it
        await until(pilot, lambda: panel.form is not None and panel.form.has_focus_within)
        return panel


def is_said(app: TryApp, text: str) -> bool:
    return text in shown(app)


def description(name: str) -> Description:
    return from_json(json.loads((RECORDED / f"{name}.json").read_bytes()))


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return record(tmp_path / "run", finished())


async def test_the_answer_follows_what_is_typed(run: RunFolder) -> None:
    network = Network(find_task("xor").load(), 1)
    app = TryApp(run, "xor", network)
    async with app.run_test(size=(80, 30)) as pilot:
        panel = await app.open(pilot)
        assert isinstance(panel.form, ValueFields)
        assert panel.form.request == AnswerRequest(numbers=(0.5, 0.5))  # the medians
        await until(pilot, lambda: "logistic regression" in shown(app))
        assert "epoch 20, baseline of 4 training rows" in shown(app)
        await until(pilot, lambda: "a · 0 … 1 · median 0.5" in shown(app))
        await pilot.press("1", "tab", "0")
        await until(pilot, lambda: network.asked[-1] == AnswerRequest(numbers=(1, 0)))
        await pilot.press("7")
        await until(pilot, lambda: "outside the data: b 0 … 1" in shown(app))
        await pilot.press("enter", "x")  # round to the first
        await until(pilot, lambda: "a: 'x' is not a number" in shown(app))
        assert "logistic regression" not in shown(app)
        await pilot.press("backspace", "1", "e", "9", "9")
        await until(pilot, lambda: "a: found 1e+99; wanted: a finite number" in shown(app))
        await pilot.press("ctrl+r")
        await until(pilot, lambda: network.asked[-1] == AnswerRequest(numbers=(0.5, 0.5)))
        for width, height in ((1, 1), (20, 6), (60, 18), (200, 60), (80, 24)):
            await pilot.resize_terminal(width, height)
            await pilot.pause()
        await until(pilot, lambda: "logistic regression" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: not panel.display and app.pane.shown.has_focus)
        app.pane.act("try_it")
        assert panel.form.request == AnswerRequest(numbers=(0.5, 0.5))


async def test_why_there_is_no_form_is_said(run: RunFolder) -> None:
    app = TryApp(run, "xor", Network(find_task("xor").load(), 1))
    app.knows_data = False
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.pane.history.ended)
        app.pane.act("try_it")
        await until(pilot, lambda: "has no recipe.toml" in shown(app))
        assert "reading the data" not in shown(app)


async def test_a_digit_is_drawn_with_keys_and_with_the_mouse(run: RunFolder) -> None:
    network = Network(find_task("digits").load("0 to 16"), 10)
    app = TryApp(run, "digits", network, ascii=True)
    facts = app.data.features[0]
    app.data = msgspec.structs.replace(
        app.data, features=(msgspec.structs.replace(facts, maximum=16.0),)
    )
    async with app.run_test(size=(80, 24)) as pilot:
        panel = await app.open(pilot)
        assert isinstance(panel.form, PixelPad)
        assert "draw with the mouse, or with Shift and the arrows" in shown(app)
        assert panel.form.request is None
        # From the middle, (4, 4): a stroke of three down, one to the left, one of them half grey.
        await pilot.press("shift+down", "shift+down", "left", "space", "minus", "minus")
        drawn = {(4, 4): 16.0, (5, 4): 16.0, (6, 4): 16.0, (6, 3): 8.0}
        values = tuple(drawn.get((row, column), 0.0) for row in range(8) for column in range(8))
        await until(pilot, lambda: network.asked and network.asked[-1].numbers == values)
        await until(pilot, lambda: "logistic regression" in shown(app))
        canvas = panel.form.canvas
        await pilot.mouse_down(canvas, offset=(2, 0))
        await pilot.hover(canvas, offset=(5, 0))
        await pilot.mouse_up(canvas, offset=(5, 0))
        assert canvas.pixels[0] == [0, 1, 1, 0, 0, 0, 0, 0]
        await pilot.mouse_down(canvas, offset=(2, 0))  # on a full one: it rubs out
        await pilot.mouse_up(canvas, offset=(2, 0))
        assert canvas.pixels[0] == [0, 0, 1, 0, 0, 0, 0, 0]
        await pilot.press("backspace")
        await until(pilot, lambda: "draw with the mouse" in shown(app))
        assert panel.form.request is None


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of light and of dark pictures, 8 pixels on a side."""
    monkeypatch.setenv("KERTUI_CACHE", str(tmp_path / "cache"))
    return write_pictures(tmp_path / "my pictures")


def of_pictures(folder: Path, **said: Any) -> tuple[Dataset, Description]:
    own = PictureFolder(str(folder), ("dark", "light"), height=8, width=8, **said)
    task = task_of(folder / "mine.toml", DataTask(own))
    data = task.load()
    return data, describe(task, data)


async def test_a_picture_of_ones_own_is_asked_by_its_path(
    run: RunFolder, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, described = of_pictures(pictures, colour=True)
    network = Network(data, 1)
    app = TryApp(run, "digits", network, ascii=True)
    app.data = described
    async with app.run_test(size=(80, 24)) as pilot:
        panel = await app.open(pilot)
        assert isinstance(panel.form, PictureField)
        assert "drop a picture or type its path - Enter asks" in shown(app)
        app.screen.post_message(events.Paste(f"'{pictures}/light/light-00.png' "))
        await until(pilot, lambda: "logistic regression   light" in shown(app))
        assert network.asked[-1].cells == (str(pictures / "light" / "light-00.png"),)
        answer = panel.query_one(TryAnswer)
        assert answer.look is not None
        assert isinstance(answer.look.record, Answer)
        assert len(answer.look.record.picture) == 8
        assert "@" in shown(app)  # it is drawn beside the answer
        for name, said in (
            ("nowhere.png", "nowhere.png: no such file or directory"),
            ("notes.txt", "notes.txt: no PNG, JPEG, GIF or BMP"),
            ("bomb.png", "bomb.png: too many pixels, 3 600 000 000"),
            ("light", "light: not a regular file"),
        ):
            (pictures / "notes.txt").write_text("no picture")
            bomb = bytearray((pictures / "light" / "light-00.png").read_bytes())
            bomb[16:24] = (60_000).to_bytes(4) * 2
            (pictures / "bomb.png").write_bytes(bomb)
            await pilot.press("ctrl+u")
            app.screen.post_message(events.Paste(f"file://{quote(str(pictures / name))}"))
            await until(pilot, partial(is_said, app, said))
        asked = len(network.asked)
        monkeypatch.chdir(pictures)
        await pilot.press("ctrl+u", "d", "a", "tab")
        field = app.screen.focused
        assert isinstance(field, PicturePath)
        await until(pilot, lambda: field.value == "dark/")
        assert len(network.asked) == asked  # half a path is not asked about
        await pilot.press(*"dark-00.", "tab")
        await until(pilot, lambda: "logistic regression   dark" in shown(app))
        assert network.asked[-1].cells == (str(pictures / "dark" / "dark-00.png"),)
        for width, height in ((1, 1), (20, 6), (200, 60), (80, 24)):
            await pilot.resize_terminal(width, height)
            await pilot.pause()


async def test_a_grey_picture_of_a_file_can_be_drawn_on(run: RunFolder, pictures: Path) -> None:
    data, described = of_pictures(pictures, scaling=PixelScaling.BYTES)
    network = Network(data, 1)
    app = TryApp(run, "digits", network)
    app.data = described
    async with app.run_test(size=(80, 24)) as pilot:
        panel = await app.open(pilot)
        assert isinstance(panel.form, PixelPad)
        app.screen.post_message(events.Paste(str(pictures / "light" / "light-00.png")))
        canvas = panel.form.canvas
        await until(pilot, lambda: canvas.pixels[0][0] > 0.5)
        await pilot.press("down", "minus", "minus", "minus", "minus")  # the middle, darker
        await until(pilot, lambda: network.asked[-1].numbers)
        assert network.asked[-1].numbers[4 * 8 + 4] == 0
        assert network.asked[-1].numbers[0] == round(canvas.pixels[0][0] * 255)
        assert isinstance(panel.form.request, AnswerRequest)
        assert panel.form.request.cells == ()


async def test_each_kind_of_data_has_its_form(run: RunFolder) -> None:
    digits, square = description("digits"), description("square")
    without = msgspec.structs.replace(digits, samples=(), features=square.features)
    words = msgspec.structs.replace(digits, samples=(WordsSample("a", "b"),))
    app = TryApp(run, "xor", None)
    async with app.run_test(size=(80, 30)) as pilot:
        assert isinstance(form_for(square), ValueFields)
        assert isinstance(form_for(digits), PixelPad)
        panel = await app.open(pilot)
        answer = panel.query_one(TryAnswer)
        panel.show(replace(app.pane.view, data=without))
        # Nobody is asked to write where it would go elsewhere: the new form has no focus yet.
        assert answer.word[0] == "reading the data …"
        await until(pilot, lambda: isinstance(panel.form, NumbersField))
        assert isinstance(panel.form, NumbersField)
        await until(pilot, lambda: panel.form and panel.form.has_focus_within)
        await pilot.press("1", ",")
        assert (panel.form.request, panel.form.problem) == (None, "'' is not a number")
        await pilot.press("2")
        assert panel.form.problem == "2 of 64 numbers"
        panel.show(replace(app.pane.view, data=words))
        await until(pilot, lambda: isinstance(panel.form, WordsField))
        await until(pilot, lambda: panel.form and panel.form.has_focus_within)
        await pilot.press(*"a b", "enter", "!")
        assert panel.form.request == AnswerRequest(text="a b!")
        app.screen.post_message(events.Paste(" and more"))
        more = AnswerRequest(text="a b! and more")
        await until(pilot, lambda: panel.form is not None and panel.form.request == more)
        assert app.pasted_at_nothing == []


async def test_a_run_that_is_none_is_not_asked(run: RunFolder) -> None:
    app = TryApp(run, "xor", None)
    async with app.run_test(size=(80, 30)) as pilot:
        panel = await app.open(pilot)
        app.pane.clear()
        assert not app.pane.allows("try_it")
        panel.show(RunView())
        assert panel._reader.wanted is None


@pytest.mark.terminal
def test_a_network_answers_while_it_is_trained(trainer_home: Path) -> None:
    kertui = [sys.executable, "-m", "kertui"]
    starter = subprocess.Popen(
        [*kertui, "train", "xor", "--recipe", "answer", "--epochs", "100000000"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_until(lambda: RunStore(trainer_home).runs() != [])
    (run,) = RunStore(trainer_home).runs()
    FollowedRun(run).wait_for_epochs(2_000)
    starter.kill()  # whoever follows may go; the run goes on
    starter.wait()
    run.send(SteeringCommand.PAUSE)  # it takes no time from the interface that starts
    with PseudoTerminal([*kertui, "attach", "--no-spare", run.id]) as terminal:
        terminal.wait_for("paused")
        terminal.send("p")
        terminal.wait_for("a · 0 … 1 · median 0.5")
        run.send(SteeringCommand.RESUME)
        terminal.wait_for("training")
        terminal.send("1\t0")
        screen = terminal.wait_until(
            lambda text: _answer(text) == "1" and _typed(text) == ["1", "0"]
        )
        epoch = _epoch(screen)
        terminal.wait_until(lambda text: _epoch(text) > epoch)  # it moves
        terminal.send("\x7f1")
        terminal.wait_until(lambda text: _answer(text) == "0")
        terminal.send("\x1b")
        terminal.wait_until(lambda text: "try it ──" not in text)
        terminal.send("q")
        terminal.wait_until(lambda text: "q" in text)


def _line(screen: str, word: str) -> list[str]:
    found = next((line for line in screen.splitlines() if word in line), "")
    return found.partition(word)[2].split()


def _answer(screen: str) -> str:
    return next(iter(_line(screen, "│ network ")), "")


def _typed(screen: str) -> list[str]:
    return _line(screen, "│ a ")[::2]


def _epoch(screen: str) -> int:
    digits = "".join(_line(screen, "─ epoch ")).partition(",")[0]
    return int(digits) if digits.isdigit() else 0
