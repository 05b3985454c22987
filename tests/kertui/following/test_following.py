"""The screen of a run that no recipe trained, in the real application."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from msgspec.structs import replace
from tests.support.piloting import PatientApp, shown, until
from tests.support.recorded_service import RecordedService
from tests.support.runs_without_recipe import BEGAN, adversarial, begin, learns, tell
from textual.pilot import Pilot

from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.runs.event_file.events import (
    Advised,
    Control,
    Epoch,
    Failed,
    Finished,
    LearningRate,
    Paused,
    Progress,
    Started,
)
from kertasks.runs.folder import RunFolder
from kertasks.runs.manifest import Origin
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import read_commands
from kertui.advice.advice_screen import AdviceScreen
from kertui.first_shown import FirstRun
from kertui.following.following_screen import FollowingScreen
from kertui.live.pane import LivePane
from kertui.runs.runs_screen import RunsScreen
from kertui.terminal.capabilities import Capabilities


class Following:
    """An open screen and the keys to it."""

    def __init__(self, app: PatientApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def shows(self, *texts: str) -> None:
        await until(self.pilot, lambda: all(text in shown(self.app) for text in texts))

    @property
    def text(self) -> str:
        return shown(self.app)

    @property
    def pane(self) -> LivePane:
        return self.app.screen.query_one(LivePane)

    @property
    def told(self) -> str:
        # ``_notifications`` is private in Textual 8.2; there is no other way to ask for them.
        return "\n".join(notice.message for notice in self.app._notifications)

    @property
    def steers(self) -> set[str]:
        """The commands whose keys act."""
        return {
            str(command)
            for command in SteeringCommand
            if self.app.screen.check_action("steer", (str(command),))
        }


@asynccontextmanager
async def following(
    service: RecordedService,
    run: RunFolder,
    size: tuple[int, int] = (120, 36),
    *,
    follows: bool = False,
    **capabilities: Any,
) -> AsyncIterator[Following]:
    """Open a run as ``kertui attach`` does."""
    app = PatientApp(service, Capabilities(**capabilities), FirstRun(run, follows=follows))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, FollowingScreen))
        yield Following(app, pilot)


async def test_a_script_from_before_its_fit_to_its_failure(service: RecordedService) -> None:
    run = begin(service.store, by="gan.py", called="faces", printed="reading 3 GB of faces\n")
    async with following(service, run) as on:
        await on.shows("gan.py › faces", "starting", "gan.py has not called fit yet")
        assert on.steers == {"kill"}  # nobody else listens
        await on.press("l")
        await on.shows("reading 3 GB of faces")
        await on.press("1")

        run.write_manifest(replace(run.manifest(), recipe="cats"))  # as kertasks.Run("cats") does
        tell(run, adversarial(epochs=200, done=3))
        tell(run, [Progress(BEGAN + 4, 4, 1_234, {"d_loss": 0.7})])
        await on.shows(
            "gan.py › cats", "training", "epoch   4/200", "step 1 234 ", "d loss", "g loss"
        )
        assert "accuracy" not in on.text
        assert "lr" not in on.text.split()
        assert "nan" not in on.text
        assert "learning_rate" not in on.steers  # it has none that could be changed
        assert {"pause", "epoch", "batch", "stop", "save", "kill", "epochs"} <= on.steers
        await on.press("E")
        await on.shows("More than the 200 of gan.py are not to be had")
        await on.press("ctrl+u", *"201", "enter")
        await on.shows("at most 200")
        await on.press("escape")

        await on.press("space")
        command = read_commands(run.control_path)[-1]
        assert command.name == "pause"
        tell(run, [Control(BEGAN + 5, command.number, "pause"), Paused(BEGAN + 5, 3, 1_234)])
        await on.shows("paused", "go on")

        dead = Finding(
            code="dead", fault=Fault.LAYERS, severity=Severity.ERROR, layer=1,
            sentence="layer 1 says nothing",
        )  # fmt: skip
        tell(run, [Advised(BEGAN + 6, 3, dead)])
        await on.shows("layer 2 says nothing", "i why")
        await on.press("i")
        await until(on.pilot, lambda: isinstance(on.app.screen, AdviceScreen))
        await on.shows("gan.py › cats › advice", "1 error", "(epoch 3)")
        assert "dismiss" not in on.text
        await on.press("escape")

        await on.press("0")
        assert "gan.py trains it. Change gan.py, and start it again" in on.told
        tell(run, [Failed(BEGAN + 7, "ValueError: nothing left to learn")])
        await on.shows("failed", "ValueError: nothing left to learn", "l shows the log")
        assert "resume" not in on.text
        assert on.steers == set()
        await on.press("2")
        await on.shows("this needs the warm trainer process")  # which computes of its files
        await on.press("escape", "escape")
        assert not isinstance(on.app.screen, FollowingScreen)


async def test_a_learning_rate_that_is_known_can_be_changed(service: RecordedService) -> None:
    run = begin(service.store, learns(done=4))
    async with following(service, run) as on:
        await on.shows("1e-3", "◆ best 4")
        assert "learning_rate" in on.steers
        await on.press("L")
        await on.shows("It is 0.001 now")
        await on.press("escape")
        tell(run, [LearningRate(BEGAN + 5, 5, 1e-4)])


async def test_the_next_run_of_a_script_takes_the_place_of_one_that_is_over(
    service: RecordedService,
) -> None:
    first = begin(service.store, learns(epochs=20, done=19), by="kfold.py", called="fold")
    async with following(service, first) as on:
        await on.shows("kfold.py › fold", "epoch 19/20")
        second = begin(
            service.store, learns(done=2), by="kfold.py", called="fold", group=first.id,
            began=BEGAN + 50,
        )  # fmt: skip
        await on.shows("fold · 1 of 2")  # it goes on, and so it stays
        await on.press("left")  # values of an earlier epoch are read
        tell(first, [Finished(BEGAN + 20, 20, 20)])
        await on.shows("finished", "g shows the newest")
        await on.press("end")
        await on.shows("fold · 2 of 2", "epoch  2/20")
        assert on.pane.run == second

        await on.press("left_parenthesis")
        await on.shows("fold · 1 of 2", "finished")
        third = begin(
            service.store, learns(done=3), by="kfold.py", called="fold", group=first.id,
            began=BEGAN + 90,
        )  # fmt: skip
        tell(second, [Finished(BEGAN + 80, 20, 20)])
        await on.shows("fold · 1 of 3")  # a person went back to it
        await on.press("g")
        await on.shows("fold · 3 of 3", "epoch  3/20")
        tell(third, [Finished(BEGAN + 120, 3, 3)])
        await on.shows("the script goes on")  # which is this process

        await on.press("R")
        await on.press("f3")
        await until(on.pilot, lambda: isinstance(on.app.screen, RunsScreen))
        await on.shows("fold 1/3", "fold 3/3", "fit 3 of the 3 of one start of kfold.py")
        assert not on.app.screen.check_action("open_recipe", ())
        await on.press("space", "down", "space", "c")
        await on.shows("without a recipe of each", "epochs", "20", "3 ", "other facts are the same")
        await on.press("escape", "home", "enter")
        await until(on.pilot, lambda: isinstance(on.app.screen, FollowingScreen))
        assert on.pane.run == third


async def test_a_run_that_was_opened_when_it_was_over_stays(service: RecordedService) -> None:
    over = [*learns(), Finished(BEGAN + 20, 12, 12)]
    first = begin(service.store, over)
    second = begin(service.store, learns(), group=first.id, began=BEGAN + 50)
    async with following(service, first) as on:
        await on.shows("my net · 1 of 2", "finished", "g shows the newest")
        assert on.pane.run == first
    async with following(service, first, follows=True) as on:
        await on.shows("my net · 2 of 2")
        assert on.pane.run == second


async def test_a_file_is_only_read(service: RecordedService) -> None:
    done = Epoch(BEGAN, 7, {"loss": 0.25}, math.nan, math.nan)
    run = begin(
        service.store, [Started(BEGAN, None, None, None, ""), done], by="losses.csv",
        called="losses", origin=Origin.FILE,
    )  # fmt: skip
    async with following(service, run, (80, 24), ascii=True, colour=False) as on:
        await on.shows("losses.csv > losses", "only read", "epoch 7", "loss", "0.2500")
        assert on.steers == set()
        assert "%" not in on.text  # of nobody knows how many
        assert "pause" not in on.text
        for key in "2345":
            await on.press(key)
            await on.shows("losses.csv holds numbers of a training")
        await on.press("0")
        assert "what writes that file has to be asked itself" in on.told
