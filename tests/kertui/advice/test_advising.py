"""Advice as a person has it: the real application, a real spare, a real adviser."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.piloting import shown, until
from tests.support.trainers import PATIENCE
from tests.support.workbench_app import open_workbench

from kertasks.keras_catalog.catalog import Catalog
from kertasks.runs.home.store import RunStore
from kertui.advice.advice_panel import AdvicePanel
from kertui.advice.advice_screen import AdviceScreen
from kertui.service import adviser
from kertui.service.training_service import TrainingService

pytestmark = pytest.mark.training


@pytest.fixture
def service(
    trainer_home: Path, cache: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TrainingService]:
    monkeypatch.setattr(adviser, "SECONDS", 0.2)
    service = TrainingService(RunStore(trainer_home), cache)
    service.start_spare()
    yield service
    service.close()


async def test_what_does_not_learn_is_said_tried_mended_and_dismissed(
    service: TrainingService,
) -> None:
    async with open_workbench(service, recipe="as asked") as bench:
        panel = bench.screen.query_one(AdvicePanel)
        before = bench.screen.draft.recipe

        def line() -> str:
            return shown(bench.app).splitlines()[-2]

        assert service.adviser.pid is None, "the spare comes first"
        await until(bench.pilot, lambda: panel.known.worst is not None, PATIENCE)
        assert service.warm
        await bench.until(lambda: " i " in line())

        worst = panel.known.worst
        assert worst is not None
        assert worst.offered is not None

        # An untried fix is offered too.
        await bench.press("i")
        assert isinstance(bench.app.screen, AdviceScreen)
        await bench.press("f")
        await bench.until(lambda: bench.on_top)
        assert bench.screen.draft.recipe != before
        await bench.press("u")
        assert bench.screen.draft.recipe == before

        # It is killed, and what it was asked for is done by another one.
        pid = service.adviser.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

        def all_tried() -> bool:
            known = panel.known
            waiting = any(entry.wants_trial for entry in known.entries)
            return known.recipe == before and not known.late and not waiting

        await until(bench.pilot, all_tried, PATIENCE)
        assert service.adviser.tried(before, worst.finding) is not None
        assert service.adviser.pid not in (None, pid)
        await bench.press("i")
        await bench.until(lambda: "seeds" in shown(bench.app))
        await bench.press("escape")

        alarms = [entry for entry in panel.known.entries if entry.finding.is_alarm]
        await bench.press("i", *["x"] * len(alarms))
        await bench.until(lambda: panel.known.worst is None)
        await bench.press("escape")
        await bench.until(lambda: not panel.display)
        service.close()  # the end of the app would wait for a thread that asks
