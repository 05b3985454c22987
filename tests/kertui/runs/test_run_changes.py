"""What can be undone when bringing runs back fails, or is asked for again meanwhile."""

from __future__ import annotations

import shutil

import pytest
from tests.support.piloting import Held
from tests.support.recorded_service import RecordedService
from tests.support.run_folders import NOON, write_run
from tests.support.runs_app import opened_runs

from kertasks.runs.folder import RunFolder
from kertasks.runs.home.bin import RunBin


@pytest.fixture
def runs(service: RecordedService) -> list[RunFolder]:
    """Three runs, the newest first."""
    return [
        write_run(service.store, "xor", "answer", epochs=3, began=NOON - 60 * age, seed=age)
        for age in range(3)
    ]


async def test_what_could_not_be_brought_back_can_be_later(
    service: RecordedService, runs: list[RunFolder]
) -> None:
    async with opened_runs(service) as screen:
        await screen.press("space", "down", "space", "down", "space", "d", "down", "enter")
        await screen.until(lambda: screen.ids == [])
        in_the_way = runs[1].path
        in_the_way.mkdir()
        await screen.press("u")
        await screen.says("File exists")
        # The others are not held up by the one in the middle.
        await screen.until(lambda: screen.ids == [runs[0].id, runs[2].id])
        in_the_way.rmdir()
        await screen.press("u")
        await screen.until(lambda: screen.ids == [run.id for run in runs])
        assert not screen.offers("undo")


async def test_what_somebody_else_took_out_of_the_bin_does_not_stand_before_the_rest(
    service: RecordedService, runs: list[RunFolder]
) -> None:
    bin = RunBin(service.store)
    async with opened_runs(service) as screen:
        await screen.press("d")
        await screen.until(lambda: screen.ids == [runs[1].id, runs[2].id])
        await screen.press("d")
        await screen.until(lambda: screen.ids == [runs[2].id])
        shutil.rmtree(bin.path / runs[1].id)
        await screen.press("u")
        await screen.says(f"{runs[1].id} is not in")
        await screen.press("u")
        await screen.until(lambda: screen.ids == [runs[0].id, runs[2].id])
        assert not screen.offers("undo")


async def test_undo_again_meanwhile_brings_back_what_was_deleted_before(
    service: RecordedService, runs: list[RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened_runs(service) as screen:
        await screen.press("d")
        await screen.until(lambda: screen.ids == [runs[1].id, runs[2].id])
        await screen.press("d")
        await screen.until(lambda: screen.ids == [runs[2].id])
        restoring = Held(monkeypatch, RunBin, "restore")
        await screen.press("u", "u", "u")
        await screen.until(lambda: len(restoring.calls) == 2)
        assert {id for _, id in restoring.calls} == {runs[0].id, runs[1].id}
        restoring.let_go()
        await screen.until(lambda: screen.ids == [run.id for run in runs])
        assert "cannot move" not in screen.said
        assert "is not in" not in screen.said


async def test_what_was_removed_for_good_cannot_be_undone(
    service: RecordedService, runs: list[RunFolder]
) -> None:
    async with opened_runs(service) as screen:
        await screen.press("d")
        await screen.until(lambda: screen.offers("undo"))
        await screen.press("D")
        await screen.until(lambda: screen.ids == [runs[0].id])
        await screen.press("E", "down", "enter")
        await screen.says("1 run removed")
        await screen.press("D")
        await screen.until(lambda: screen.ids == [runs[1].id, runs[2].id])
        assert not screen.offers("undo")
