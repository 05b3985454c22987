"""The tab of classes, of answers to what it wants: how it looks and what its keys do."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.live_app import LiveApp, claimed
from tests.support.piloting import shown, until
from tests.support.run_folders import write_run
from tests.support.view_records import (
    LookedAt,
    LookService,
    class_mistakes,
    matrix_of,
    prices,
    seen,
    topics,
)

from kertasks.runs.looking.view import Rows, ViewRecord, ViewRequest
from kertasks.runs.views.confusion_matrix import ConfusionMatrix, ConfusionRequest
from kertasks.runs.views.regression_errors import ErrorsRequest
from kertasks.runs.views.worst_rows import MistakesRequest
from kertasks.scores.run_baselines import Baseline, RunBaselines, write_baselines
from kertui.live.pane import LivePane
from kertui.live.tab import RunView
from kertui.live.tabs.classes import ClassDrawing, ClassesTab
from kertui.live.tabs.mistakes import MistakesTab
from kertui.plotting.strips import text_of

SIZES = ((1, 1), (7, 3), (20, 8), (45, 12), (80, 24), (200, 60))
MATRIX = topics()
SMALL = matrix_of([[8, 2, 0], [0, 5, 0], [1, 0, 9]])


@pytest.mark.parametrize(("ascii", "colour"), [(False, True), (True, True), (False, False)])
async def test_both_drawings_fill_any_size_in_any_look(
    tmp_path: Path, ascii: bool, colour: bool
) -> None:
    run = claimed(tmp_path / "run")
    views = [
        seen(ConfusionRequest(), MATRIX, run),
        seen(ErrorsRequest(), prices(), run),
        seen(ErrorsRequest(), None, run, why_not="a row has several targets"),
        RunView(run, looking="computing …"),
    ]
    async with LiveApp(ascii=ascii, colour=colour).run_test(size=(80, 24)) as pilot:
        tab = pilot.app.query_one(ClassesTab)
        pilot.app.query_one(LivePane).choose(tab)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            for view in views:
                tab.show(view)
                width, height = tab.size
                rows = tab.query_one(ClassDrawing).rows
                assert not all(tab.size) or [len(row) for row in rows] == [width] * height
                said = "".join(map(text_of, rows))
                assert not ascii or said.replace("…", "").isascii()


def text(looked: LookedAt) -> str:
    return "\n".join(text_of(row).rstrip() for row in looked.pane.query_one(ClassDrawing).rows)


def service(home: Path, matrix: ConfusionMatrix) -> LookService:
    def answer(request: ViewRequest) -> ViewRecord:
        return class_mistakes(2) if isinstance(request, MistakesRequest) else matrix

    return LookService(home, answer)


async def test_keys_sort_scroll_count_in_shares_and_choose_rows(tmp_path: Path) -> None:
    answers = service(tmp_path, MATRIX)
    run = write_run(answers.store, "xor", "answer", epochs=3)
    async with LiveApp(service=answers).run_test(size=(110, 40)) as pilot:
        looked = LookedAt(pilot, answers)
        await looked.open(run, "3")
        drawing = looked.pane.query_one(ClassDrawing)
        low, high = MATRIX.accuracy - 0.02, MATRIX.accuracy + 0.02
        assert f"accuracy {MATRIX.accuracy:.3f} ({low:.3f} … {high:.3f})" in text(looked)
        assert "46 classes, most wrong first" in text(looked)
        assert f"epoch 412 · {MATRIX.row_count:,} test rows".replace(",", " ") in text(looked)
        await pilot.press("s")
        assert "in the order of the outputs" in text(looked)
        await pilot.press("end", "pagedown", "pagedown", "pagedown")
        assert drawing.cursor is not None
        assert (drawing.cursor.true, drawing.cursor.said) == (45, 45)
        assert "topic 45" in text(looked)
        await pilot.press("up", "left", "left", "home", "right")
        assert (drawing.cursor.true, drawing.cursor.said) == (44, 1)
        before = text(looked)
        await pilot.press("n")
        assert "shares of a row in %" in text(looked)
        await pilot.press("n")
        assert text(looked) == before
        await pilot.press("s")
        wrong = [sum(row) - row[place] for place, row in enumerate(MATRIX.counts)]
        assert drawing.cursor.true == wrong.index(max(wrong))
        # xor has no test rows; this run held rows out.
        await looked.press("v")
        assert looked.request.rows is Rows.VALIDATION


async def test_what_is_to_beat_is_what_the_run_is_compared_with(tmp_path: Path) -> None:
    answers = service(tmp_path, MATRIX)
    run = write_run(answers.store, "digits", "convolutions", epochs=3)
    write_baselines(
        run.baselines_path, RunBaselines((Baseline("logistic regression", "accuracy", 0.913),))
    )
    async with LiveApp(service=answers).run_test(size=(110, 40)) as pilot:
        looked = LookedAt(pilot, answers)
        await looked.open(run, "3")
        await until(pilot, lambda: "logistic regression 0.913" in text(looked))
        assert "majority" not in text(looked)


async def test_enter_and_a_second_click_list_the_rows_of_a_cell(tmp_path: Path) -> None:
    answers = service(tmp_path, SMALL)
    run = write_run(answers.store, "xor", "answer", epochs=3)
    async with LiveApp(service=answers).run_test(size=(100, 40)) as pilot:
        looked = LookedAt(pilot, answers)
        await looked.open(run, "3")
        await looked.press("right", "enter")
        assert isinstance(looked.pane.shown, MistakesTab)
        assert isinstance(looked.request, MistakesRequest)
        assert (looked.request.rows, looked.request.true, looked.request.said) == (Rows.TEST, 0, 1)
        assert "2 rows of good said to be bad" in shown(pilot.app)
        await looked.press("3")
        lines = text(looked).splitlines()
        row = next(at for at, line in enumerate(lines) if line.startswith("topic 2"))
        cell = (lines[row].index("1"), row)
        await pilot.click(ClassDrawing, offset=cell)
        assert "topic 2 said to be topic 0: 1 of 10 rows" in text(looked)
        assert isinstance(looked.pane.shown, ClassesTab)
        await pilot.click(ClassDrawing, offset=cell, times=2)
        await looked.answered()
        assert isinstance(looked.request, MistakesRequest)
        assert (looked.request.true, looked.request.said) == (2, 0)


async def test_a_regression_has_errors_in_their_place(tmp_path: Path) -> None:
    answers = LookService(tmp_path, lambda _: prices())
    run = write_run(answers.store, "square", "answer", epochs=3)
    async with LiveApp(service=answers).run_test(size=(110, 40)) as pilot:
        looked = LookedAt(pilot, answers)
        await looked.open(run, "3")
        await until(pilot, lambda: isinstance(looked.request, ErrorsRequest))
        await looked.answered()
        assert 20 < looked.request.bins < 60
        assert "MAE $2,649 · RMSE $4,292 · R² 0.779" in text(looked)
        assert "epoch 412 · 102 test rows" in text(looked)
        tab = pilot.app.query_one(ClassesTab)
        assert not tab.check_action("sort", ())
        tab.show(seen(ErrorsRequest(), None, run, why_not="a row has several targets"))
        assert "a row has several targets" in text(looked)
        assert tab.why_not(RunView()) == "there is no run"
