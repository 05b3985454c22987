from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import msgspec
import numpy as np
import pytest
from tests.support.piloting import shown
from textual.app import App, ComposeResult

from kertasks.data.dataset import Dataset
from kertasks.data.described.describing import describe
from kertasks.data.described.description import Description
from kertasks.data.splits import Split
from kertasks.registry import find_task
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.looking.view import DoesNotApply, Look, Rows, ViewRequest
from kertasks.runs.views.decision_boundary import BoundaryRequest
from kertasks.runs.views.fitted_curve import CurveRequest
from kertasks.runs.views.saliency import Saliency, SaliencyRequest
from kertasks.views.table import look
from kertui.live.tab import LiveTab, RunView
from kertui.live.tabs.picture import Kind, PictureDrawing, PictureTab, kind_of
from kertui.plotting.strips import text_of
from kertui.terminal.capabilities import Capabilities
from kertui.terminal.theme import DARK, default_tokens


class PictureApp(App[None]):
    """The tab alone; what it wants is asked for, as the live pane does, at once."""

    def __init__(self, view: RunView, answer: Callable[[ViewRequest], Look] | None = None) -> None:
        self.capabilities = Capabilities()
        self.view, self.answer = view, answer
        self.wanted: ViewRequest | None = None
        super().__init__()
        self.register_theme(DARK)
        self.theme = DARK.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return default_tokens(self.current_theme)

    def compose(self) -> ComposeResult:
        yield PictureTab()

    def on_mount(self) -> None:
        self.query_one(PictureTab).focus()

    def on_live_tab_wants_other(self, message: LiveTab.WantsOther) -> None:
        del message
        self.draw()

    def draw(self) -> None:
        tab = self.query_one(PictureTab)
        self.wanted = tab.wanted(self.view)
        if self.wanted is not None and self.answer is not None:
            self.view = replace(self.view, look=self.answer(self.wanted))
        tab.show(self.view)


def task_data(name: str, variant: str | None = None) -> tuple[Dataset, Description]:
    task = find_task(name)
    data = task.load(variant, seed=0)
    return data, describe(task, data)


def view_of(data: Description | None) -> RunView:
    return RunView(run=RunFolder(Path("nowhere")), history=RunHistory(), data=data)


def answers(model: keras.Model, data: Dataset) -> Callable[[ViewRequest], Look]:
    return lambda request: Look(request, 7, 0, look(model, data, request))


def small(data: Dataset, outputs: int, activation: str | None) -> keras.Model:
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Flatten()] if len(data.input_shape) > 1 else []
    return keras.Sequential(
        [
            keras.Input(data.input_shape, dtype=str(data.train.x.dtype)),
            *layers,
            keras.layers.Dense(5, "tanh", name="bends"),
            keras.layers.Dense(outputs, activation, name="says"),
        ]
    )


def rows_text(app: App[None]) -> str:
    return "\n".join(text_of(row).rstrip() for row in app.query_one(PictureDrawing).rows)


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        ("xor", Kind.BOUNDARY),
        ("square", Kind.CURVE),
        ("digits", Kind.SALIENCY),
        ("diabetes", Kind.BOUNDARY),
    ],
)
def test_the_data_says_which_picture_there_is(task: str, kind: Kind) -> None:
    assert kind_of(task_data(task)[1]) is kind


async def test_the_plane_is_asked_for_in_the_cells_there_are_and_drawn_in_them() -> None:
    data, facts = task_data("xor")
    app = PictureApp(view_of(facts), answers(small(data, 1, "sigmoid"), data))
    async with app.run_test(size=(80, 24)) as pilot:
        app.draw()
        app.draw()  # how many units there are is known now
        await pilot.pause()
        wanted = app.wanted
        assert isinstance(wanted, BoundaryRequest)
        assert (wanted.x, wanted.y, wanted.units) == (0, 1, 6)
        text = shown(app)
        assert "P(1)" in text
        assert "epoch 7 · 4 training rows" in text
        assert "bends" in text
        halves = [
            cell for row in app.query_one(PictureDrawing).rows for cell in row if "heat@" in cell[1]
        ]
        assert len(halves) > wanted.columns * wanted.cells
        await pilot.press("b")
        assert "1 or not" in shown(app)


async def test_arrows_choose_the_features_and_never_the_same_twice() -> None:
    data, facts = task_data("diabetes")
    app = PictureApp(view_of(facts), answers(small(data, 1, None), data))
    async with app.run_test(size=(120, 36)) as pilot:
        app.draw()
        await pilot.press("right", "right")
        assert isinstance(app.wanted, BoundaryRequest)
        assert (app.wanted.x, app.wanted.y) == (3, 1)
        await pilot.press("left", "left", "left", "up", "up")
        assert isinstance(app.wanted, BoundaryRequest)
        assert (app.wanted.x, app.wanted.y) == (9, 8)
        await pilot.pause()
        text = rows_text(app)
        assert "blood sugar (mg/dl)" in text
        assert "the other 8 features at the median" in text
        await pilot.press("v")
        assert isinstance(app.wanted, BoundaryRequest)
        assert app.wanted.rows is Rows.TRAIN
        # Another run begins where every run does.
        app.view = view_of(facts)
        app.draw()
        fresh = app.wanted
        assert isinstance(fresh, BoundaryRequest)
        assert (fresh.x, fresh.y, fresh.rows) == (0, 1, None)


async def test_a_curve_is_asked_for_column_by_column() -> None:
    data, facts = task_data("square", "21 points")
    app = PictureApp(view_of(facts), answers(small(data, 1, None), data))
    async with app.run_test(size=(80, 24)) as pilot:
        app.draw()
        await pilot.pause()
        assert app.wanted == CurveRequest(places=160)
        assert "x² over x" in shown(app)
        assert "trained from -10 … 10" in shown(app)


async def test_rows_are_gone_through_and_the_wrong_ones_found() -> None:
    data, facts = task_data("digits")
    assert data.test is not None
    few = replace(data, test=Split(data.test.x[:9], data.test.y[:9]))
    model = small(few, 10, "softmax")
    app = PictureApp(view_of(facts), answers(model, few))
    async with app.run_test(size=(80, 24)) as pilot:
        app.draw()
        await pilot.press("left")
        assert app.wanted == SaliencyRequest(row=8)
        said = np.asarray(model(few.test.x)).argmax(axis=1)  # type: ignore[union-attr]
        wrong = int(np.flatnonzero(said != few.test.y)[0])  # type: ignore[union-attr]
        await pilot.press("n")
        await pilot.pause()
        assert isinstance(app.view.look and app.view.look.record, Saliency)
        assert app.view.look.record.row == wrong  # type: ignore[union-attr]
        assert "wrong: it is" in shown(app)
        assert "what counts" in shown(app)
        app.draw()  # the network goes on; the row stays
        assert app.wanted == SaliencyRequest(row=wrong)
        app.query_one(PictureTab).look_at(SaliencyRequest(Rows.TRAIN, 12), app.view)
        app.draw()
        assert app.wanted == SaliencyRequest(Rows.TRAIN, 12)


async def test_until_there_is_a_picture_it_says_why() -> None:
    app = PictureApp(RunView())
    async with app.run_test(size=(80, 24)) as pilot:
        tab = app.query_one(PictureTab)
        assert tab.why_not(RunView()) == "there is no run"
        app.view = view_of(None)
        app.draw()
        await pilot.pause()
        assert "reading the data" in shown(app)
        facts = task_data("xor")[1]
        app.view = replace(view_of(facts), look=Look(BoundaryRequest(), 0, why_not="no way"))
        app.draw()
        await pilot.pause()
        assert "no way" in shown(app)


async def test_the_tab_is_drawn_at_any_size() -> None:
    data, facts = task_data("xor")
    asked = answers(small(data, 1, "sigmoid"), data)
    app = PictureApp(view_of(facts), asked)
    async with app.run_test(size=(80, 24)) as pilot:
        for size in ((1, 1), (2, 40), (200, 60), (40, 10), (200, 1), (60, 18)):
            await pilot.resize_terminal(*size)
            app.draw()
            await pilot.pause()
            rows = app.query_one(PictureDrawing).rows
            assert len(rows) == size[1]
            assert {len(row) for row in rows} == {size[0]}
            # Any request that it makes is one that a trainer takes.
            sent = msgspec.msgpack.encode(app.wanted)
            assert msgspec.msgpack.decode(sent, type=BoundaryRequest) == app.wanted


async def test_what_suits_is_found_before_the_data_is_known() -> None:
    data, _ = task_data("digits")
    app = PictureApp(view_of(None))
    async with app.run_test(size=(80, 24)):
        asked: list[type[ViewRequest]] = []
        model = small(data, 10, "softmax")
        for _ in range(4):
            app.draw()
            wanted = app.wanted
            assert wanted is not None
            asked.append(type(wanted))
            try:
                found = Look(wanted, 0, record=look(model, data, wanted))
            except DoesNotApply as reason:
                found = Look(wanted, 0, why_not=str(reason))
            app.view = replace(app.view, look=found)
        assert asked == [BoundaryRequest, CurveRequest, SaliencyRequest, SaliencyRequest]
