"""What is looked at is asked of whoever has the weights, and only the latest wish counts."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from tests.support.piloting import until
from tests.support.waiting import wait_until
from textual.app import App, ComposeResult

from kertasks.errors import UserError
from kertasks.runs.folder import RunFolder
from kertasks.runs.looking.look_files import Viewers
from kertasks.runs.looking.view import Look, Moment, Rows, ViewRequest
from kertasks.runs.views.confusion_matrix import ConfusionRequest
from kertui.live.looking.look_reader import LookReader, Wanted

ALL, TRAINED = ConfusionRequest(), ConfusionRequest(Rows.TRAIN)


class Answers:
    """In the place of the service: answers when it is let go, or refuses."""

    def __init__(self) -> None:
        self.asked: list[ViewRequest] = []
        self.may_answer = threading.Event()
        self.refusal = ""

    def look(self, run: RunFolder, moment: Moment, request: ViewRequest) -> Look:
        self.asked.append(request)
        assert self.may_answer.wait(60)
        if self.refusal:
            raise UserError(self.refusal)
        return Look(request, moment.epoch or 0)


class Watcher(App[None]):
    def __init__(self, service: Any = None) -> None:
        super().__init__()
        self.reader = LookReader(service)
        self.looks: list[Look] = []
        self.reasons: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.reader

    def on_look_reader_look_read(self, message: LookReader.LookRead) -> None:
        self.looks.append(message.look)

    def on_look_reader_not_read(self, message: LookReader.NotRead) -> None:
        self.reasons.append(message.reason)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


def wanted(run: RunFolder, request: ViewRequest, *, live: bool) -> Wanted:
    return Wanted(run, Moment(), request, live)


async def test_a_trainer_is_asked_as_long_as_somebody_looks(run: RunFolder) -> None:
    app = Watcher()
    viewers = Viewers(run.path)
    async with app.run_test() as pilot:
        app.reader.want(wanted(run, ALL, live=True))
        await until(pilot, lambda: [asked.request for asked in viewers.look()] == [ALL])
        viewers.answer(viewers.look()[0], Look(ALL, 3))
        await until(pilot, lambda: [look.epoch for look in app.looks] == [3])
        app.reader.want(wanted(run, TRAINED, live=True))
        await until(pilot, lambda: [asked.request for asked in viewers.look()] == [TRAINED])
        viewers.answer(viewers.look()[0], Look(TRAINED, 4))
        await until(pilot, lambda: [look.epoch for look in app.looks] == [3, 4])
        app.reader.want(None)
        await until(pilot, lambda: viewers.look() == [])
        app.reader.want(wanted(run, ALL, live=True))
        await until(pilot, lambda: [asked.request for asked in viewers.look()] == [ALL])
    wait_until(lambda: list(run.path.rglob("ask-*")) == [])


async def test_of_many_wishes_the_service_gets_the_first_and_the_last(run: RunFolder) -> None:
    service = Answers()
    app = Watcher(service)
    requests = [ConfusionRequest(rows) for rows in Rows]
    async with app.run_test() as pilot:
        for request in (ALL, *requests):
            app.reader.want(wanted(run, request, live=False))
        await until(pilot, lambda: service.asked == [ALL])
        service.may_answer.set()
        await until(pilot, lambda: len(app.looks) == 2)
    assert [look.request for look in app.looks] == [ALL, requests[-1]] == service.asked


async def test_what_cannot_be_had_is_said(run: RunFolder) -> None:
    service = Answers()
    service.refusal = "the weights are not kept"
    service.may_answer.set()
    app = Watcher(service)
    async with app.run_test() as pilot:
        app.reader.want(wanted(run, ALL, live=False))
        await until(pilot, lambda: app.reasons == ["the weights are not kept"])
        (run.path / "looking").write_text("a file")
        app.reader.want(wanted(run, ALL, live=True))
        await until(pilot, lambda: len(app.reasons) == 2)
    assert app.reasons[1] == "its trainer cannot be asked: File exists"


async def test_a_network_that_is_handed_over_is_computed_by_the_service(run: RunFolder) -> None:
    service, viewers = Answers(), Viewers(run.path)
    app = Watcher(service)
    async with app.run_test() as pilot:
        app.reader.want(wanted(run, ALL, live=True))
        for epoch in (3, 4):  # the second while the service is at work: it is computed after that
            await until(pilot, lambda: bool(viewers.look()))
            viewers.answer(viewers.look()[0], Look(ALL, epoch, from_files=True))
            await until(pilot, lambda: service.asked == [ALL])
        await until(pilot, lambda: app.reader._handed is not None)
        service.may_answer.set()
        await until(pilot, lambda: len(app.looks) == 2)
        service.refusal = "layer 2 is of a class of its own"
        viewers.answer(viewers.look()[0], Look(ALL, 5, from_files=True))
        await until(pilot, lambda: app.reasons == [service.refusal])
    assert service.asked == [ALL, ALL, ALL]
