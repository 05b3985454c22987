"""The tab of mistakes, of answers to what it wants: how it looks and what its keys do."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.live_app import LiveApp, claimed, finished, record
from tests.support.piloting import shown
from tests.support.view_records import (
    LookedAt,
    LookService,
    class_mistakes,
    seen,
    value_mistakes,
)
from textual.containers import VerticalScroll

from kertasks.runs.looking.view import Rows, ViewRequest
from kertasks.runs.views.worst_rows import Mistakes, MistakesRequest
from kertui.live.pane import LivePane
from kertui.live.tab import RunView
from kertui.live.tabs.mistakes import MistakeList, MistakesTab
from kertui.plotting.strips import text_of

SIZES = ((1, 1), (7, 3), (20, 8), (45, 12), (80, 24), (200, 60))


def listed(tab: MistakesTab) -> str:
    return "\n".join(text_of(row).rstrip() for row in tab.query_one(MistakeList).rows)


class Trainer:
    """Has so many mistakes."""

    def __init__(self, home: Path, found: int) -> None:
        self.found = found
        self.service = LookService(home, self.answer)

    def answer(self, request: ViewRequest) -> Mistakes:
        assert isinstance(request, MistakesRequest)
        return class_mistakes(self.found, request.offset, request.count)


@pytest.mark.parametrize(("ascii", "colour"), [(False, True), (True, True), (False, False)])
async def test_any_size_is_filled_in_any_look(tmp_path: Path, ascii: bool, colour: bool) -> None:
    run = claimed(tmp_path / "run")
    async with LiveApp(ascii=ascii, colour=colour).run_test(size=(80, 24)) as pilot:
        tab = pilot.app.query_one(MistakesTab)
        pilot.app.query_one(LivePane).choose(tab)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            for found in (class_mistakes(40), value_mistakes(), class_mistakes(0), None):
                view = seen(MistakesRequest(), found, run)
                for place in range(3):  # words, a picture, fields
                    tab._cursor = place
                    tab.show(view)
                    width, height = tab.size
                    rows = tab.query_one(MistakeList)._made
                    assert not all(tab.size) or 0 < len(rows) <= height
                    assert not all(tab.size) or {len(row) for row in rows} == {width}
                    said = "".join(map(text_of, rows))
                    assert not ascii or said.replace("…", "").isascii()
                await pilot.pause()


async def test_a_mistake_is_read_as_words_as_a_picture_and_as_fields(tmp_path: Path) -> None:
    run, trainer = record(tmp_path / "run", finished()), Trainer(tmp_path, 40)
    async with LiveApp(service=trainer.service).run_test(size=(90, 40)) as pilot:
        looked = LookedAt(pilot, trainer.service)
        await looked.open(run, "4")
        tab = pilot.app.query_one(MistakesTab)
        assert "40 of 360 test rows are wrong" in listed(tab)
        assert "row 1 000 · says good, 0.990 sure · is bad, which it gives 0.010" in listed(tab)
        assert "a film of many words a film" in shown(pilot.app)
        area = tab.query_one(VerticalScroll)
        assert area.max_scroll_y > 0
        await looked.press("pagedown")
        assert area.scroll_y > 0
        await looked.press("down")
        assert area.scroll_y == 0
        assert "▸ 1 001" in listed(tab)
        assert "a film" not in shown(pilot.app)
        await looked.press("down")
        assert "field 12 12.5 % of land" in shown(pilot.app)


async def test_the_page_in_sight_is_asked_for_and_no_more(tmp_path: Path) -> None:
    run, trainer = record(tmp_path / "run", finished()), Trainer(tmp_path, 900)
    async with LiveApp(service=trainer.service).run_test(size=(90, 36)) as pilot:
        looked = LookedAt(pilot, trainer.service)
        await looked.open(run, "4")
        tab = pilot.app.query_one(MistakesTab)
        assert (looked.request.offset, looked.request.true, looked.request.said) == (0, None, None)
        assert looked.request.count < 30
        await looked.press("end")
        last = looked.request
        assert last.offset + last.count >= 900 > last.offset
        assert "▸ 1 899" in listed(tab)
        assert "900 of 900" in listed(tab)
        await looked.press("up", "left")
        assert "▸ 1 888" in listed(tab)
        await looked.press("home")
        assert "▸ 1 000" in listed(tab)
        place = listed(tab).splitlines().index("  1 003  good     0.987  bad    0.013")
        await pilot.click(MistakeList, offset=(3, place))
        await looked.answered()
        assert "▸ 1 003" in listed(tab)
        # Fewer are wrong of other rows.
        trainer.found = 2
        await looked.press("down", "v")
        assert looked.request.rows is Rows.VALIDATION
        assert "▸ 1 000" in listed(tab)
        assert "1 002" not in listed(tab)


async def test_the_rows_of_a_cell_are_listed_until_all_are_again(tmp_path: Path) -> None:
    run, trainer = record(tmp_path / "run", finished()), Trainer(tmp_path, 4)
    async with LiveApp(service=trainer.service).run_test(size=(90, 36)) as pilot:
        looked = LookedAt(pilot, trainer.service)
        await looked.open(run, "4")
        tab = pilot.app.query_one(MistakesTab)

        async def look_at(true: int, said: int) -> None:
            tab.post_message(tab.OpensTab("mistakes", MistakesRequest(true=true, said=said)))
            await looked.answered()

        assert not tab.check_action("all", ())
        await look_at(0, 1)
        assert "4 rows of good said to be bad" in listed(tab)
        await look_at(1, 1)
        assert "4 rows of bad rightly told, the least sure first" in listed(tab)
        trainer.found = 0
        await look_at(1, 0)
        assert "no row of bad is said to be good" in listed(tab)
        await looked.press("backspace")
        assert (looked.request.true, looked.request.said) == (None, None)
        assert "no mistake on 360 test rows" in listed(tab)
        await look_at(1, 0)
        # Another run has other classes.
        other = record(tmp_path / "other", finished())
        await looked.open(other, "4")
        assert looked.request.true is None


async def test_numbers_are_told_with_their_unit_and_sign(tmp_path: Path) -> None:
    run = claimed(tmp_path / "run")
    async with LiveApp().run_test(size=(90, 30)) as pilot:
        tab = pilot.app.query_one(MistakesTab)
        pilot.app.query_one(LivePane).choose(tab)
        await pilot.pause()
        tab.show(seen(MistakesRequest(), value_mistakes(), run))
        await pilot.pause()
        assert "3 rows, the farthest off first" in listed(tab)
        assert "epoch 412 · 102 validation rows" in listed(tab)
        assert "row 97 · says $50,940 · is $21,900 · off by +$29,040" in listed(tab)
        assert "-$12,200" in listed(tab)
        assert "numbers without names" in shown(pilot.app)
        assert tab.why_not(RunView()) == "there is no run"
