from __future__ import annotations

import gc
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.piloting import shown, until
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.run_folders import unanswered, write_run
from textual.binding import Binding
from textual.widgets import OptionList

from kertasks.keras_catalog.catalog import Catalog
from kertasks.registry import find_task
from kertasks.runs.event_file.events import Paused, format_event
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.signs.process import boot_id, process_start_time
from kertasks.runs.steering.control_file import read_commands
from kertui.app import KertuiApp
from kertui.dialogs.help import HelpScreen
from kertui.dialogs.quit import QuitQuestion
from kertui.dialogs.too_small import TooSmallScreen
from kertui.first_shown import FirstRun
from kertui.service.training_service import TrainingService
from kertui.tasks_screen.tasks_screen import TasksScreen
from kertui.terminal.capabilities import Capabilities
from kertui.workbench.workbench import WorkbenchScreen

KERTUI = Path(sys.executable).with_name("kertui")
FIRST_SCREEN = "type to filter"


@pytest.fixture
def service(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path, catalog: Catalog
) -> TrainingService:
    del catalog  # is in the cache
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return TrainingService(RunStore(home), cache, spare=False)


@pytest.fixture
def training(service: TrainingService) -> Iterator[RunFolder]:
    """A run of this session whose process is there: one that only waits."""
    run = service.store.create(find_task("xor").recipe())
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    manifest = {
        "schema": 1, "id": run.id, "task": "xor", "recipe": "answer", "seed": 0,
        "created": time.time(), "versions": {}, "device": "CPU", "host": os.uname().nodename,
        "pid": process.pid, "process_started": process_start_time(process.pid),
        "boot": boot_id(),
    }  # fmt: skip
    run.manifest_path.write_text(json.dumps(manifest))
    run.events_path.write_text("")
    service.session_runs.append(run)
    yield run
    process.communicate(b"\n")


async def test_q_quits_at_once_when_nothing_is_trained(service: TrainingService) -> None:
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: app._exit)
    assert app.return_code == 0


async def test_quitting_lets_a_training_go_on_by_default(
    service: TrainingService, training: RunFolder
) -> None:
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, QuitQuestion))
        assert "xor answer is being trained" in shown(app)
        await pilot.press("enter")
        await until(pilot, lambda: app._exit)
    assert read_commands(training.control_path) == []


async def test_quitting_can_stop_the_training(
    service: TrainingService, training: RunFolder
) -> None:
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, QuitQuestion))
        await pilot.press("down", "enter")
        await until(pilot, lambda: app._exit)
    (command,) = read_commands(training.control_path)
    assert command.name == "stop"


async def test_a_paused_training_is_said_to_stay_so(
    service: TrainingService, training: RunFolder
) -> None:
    training.events_path.write_text(format_event(Paused(time.time(), 3, 0)))
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, QuitQuestion))
        assert "xor answer is paused; it stays paused" in shown(app)
        await pilot.press("enter")
        await until(pilot, lambda: app._exit)
    assert read_commands(training.control_path) == []


async def test_it_opens_on_the_run_that_is_attached_to(
    service: TrainingService, training: RunFolder
) -> None:
    app = KertuiApp(service, Capabilities(), FirstRun(training))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, WorkbenchScreen))
        assert service.session_runs == [training]
        await until(pilot, lambda: "starting" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, TasksScreen))


async def test_a_run_that_cannot_be_attached_to_is_a_message(
    service: TrainingService, training: RunFolder
) -> None:
    training.recipe_path.write_text("layers = 3")
    app = KertuiApp(service, Capabilities(), FirstRun(training))
    async with app.run_test(size=(80, 24)) as pilot:
        notices = app._notifications
        await until(pilot, lambda: any("cannot be shown" in said.title for said in notices))
        assert isinstance(app.screen, TasksScreen)


@pytest.mark.parametrize("keys", [("down", "down", "enter"), ("escape",)])
async def test_quitting_can_be_thought_better_of(
    service: TrainingService, training: RunFolder, keys: tuple[str, ...]
) -> None:
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, QuitQuestion))
        await pilot.press(*keys)
        await until(pilot, lambda: isinstance(app.screen, TasksScreen))
        assert not app._exit


async def test_help_is_made_of_the_bindings_that_act(service: TrainingService) -> None:
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(120, 36)) as pilot:
        bindings = [active.binding for active in app.screen.active_bindings.values()]
        await pilot.press("?")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        screen = shown(app)
        for binding in bindings:
            if binding.tooltip:
                assert binding.tooltip in screen
        assert "download" not in screen
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, TasksScreen))


async def test_the_palette_carries_out_what_keys_do(service: TrainingService) -> None:
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: "Light or dark" in shown(app))
        await pilot.press(*"light or")
        commands = app.screen.query_one(OptionList)

        def is_chosen() -> bool:
            option = commands.highlighted_option
            return option is not None and "Light or dark" in str(option.prompt)

        await until(pilot, is_chosen)
        await pilot.press("enter")
        await until(pilot, lambda: app.theme == "kertui-light")


async def test_a_terminal_that_is_too_small_says_so_until_it_is_not(
    service: TrainingService,
) -> None:
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(50, 12)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, TooSmallScreen))
        assert "50 by 12; kertui needs 60 by 18" in shown(app)
        await pilot.resize_terminal(60, 18)
        await until(pilot, lambda: isinstance(app.screen, TasksScreen))


async def test_every_binding_has_a_description_and_a_tooltip(service: TrainingService) -> None:
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(120, 36)):
        for bindings in (KertuiApp.BINDINGS, TasksScreen.BINDINGS):
            for binding in bindings:
                assert isinstance(binding, Binding)
                assert binding.description, binding
                assert binding.tooltip, binding


@pytest.fixture
def environment(home: Path, tmp_path: Path, cache: Path) -> dict[str, str]:
    return {
        "KERTUI_HOME": str(home),
        "KERTUI_CACHE": str(cache),
        "KERAS_HOME": str(tmp_path / "keras"),
    }


def on_normal_screen(raw: bytes) -> str:
    """What was printed after the interface had gone, without styles."""
    text = raw.rpartition(b"\x1b[?1049l")[2].decode()
    return re.sub(r"\x1b\[[?\d;]*[a-zA-Z]|\r", "", text)


HEAVY = ("keras", "tensorflow", "numpy", "sklearn", "plotext")
LATER = (
    "click",
    "tomlkit",
    "kertasks.data.described.description",
    "kertui.dialogs.help",
    "kertui.workbench.workbench",
    "kertasks.runs.event_file.events",
    "kertasks.data.described.fact_cache",
    "kertasks.runs.folder",
    "kertui.tasks_screen.card_facts",
    "kertui.tasks_screen.dataset_drawing",
)
"""What the first paint has no use for: each costs it a millisecond or more."""

PURITY = """
import sys
from kertui.terminal.capabilities import Capabilities
from kertui.app import KertuiApp
from kertui.tasks_screen.tasks_screen import TasksScreen
from kertui.service.training_service import TrainingService
from kertasks.runs.home.store import RunStore
from kertasks.user_folders import cache_dir, default_home

class LookedAt(TasksScreen):
    def _begin(self):  # as the screen is painted, and before anything more is asked for
        assert self.query_one("#tasks").options, "nothing is shown"
        loaded = [name for name in {unwanted} if name in sys.modules]
        self.app.exit(message=f"loaded: {{loaded}}")

class Looked(KertuiApp):
    def get_default_screen(self):
        return LookedAt(self.session)
    def _warm_up(self):  # imports plotext in its thread, however slow the machine paints
        pass

service = TrainingService(RunStore(default_home()), cache_dir(), spare=False)
Looked(service, Capabilities()).run()
"""


@pytest.mark.terminal
def test_the_first_paint_imports_only_what_it_shows(
    environment: dict[str, str],
) -> None:
    command = [sys.executable, "-c", PURITY.format(unwanted=HEAVY + LATER)]
    with PseudoTerminal(command, environment=environment) as terminal:
        assert terminal.wait_for_end() == 0
        assert "loaded: []" in on_normal_screen(bytes(terminal.raw))


async def test_what_hurries_the_first_paint_is_undone(service: TrainingService) -> None:
    python_own = sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(0.001)
    try:
        app = KertuiApp(service, Capabilities())
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, gc.isenabled)
            assert sys.getswitchinterval() == pytest.approx(python_own)
    finally:
        gc.enable()
        sys.setswitchinterval(python_own)


def is_restored(raw: bytes) -> bool:
    """Whether every mode that was switched on is off again: screen, cursor, mouse, paste."""
    last_on = max(raw.rfind(on) for on in (b"\x1b[?1049h", b"\x1b[?25l", b"\x1b[?1000h"))
    return all(
        raw.rfind(off) > last_on for off in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l")
    ) and raw.rfind(b"\x1b[?2004l") > raw.rfind(b"\x1b[?2004h")


@pytest.mark.terminal
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_with_the_terminal_restored(
    environment: dict[str, str], number: signal.Signals
) -> None:
    with PseudoTerminal([str(KERTUI), "--no-spare"], environment=environment) as terminal:
        terminal.wait_for(FIRST_SCREEN)
        terminal.process.send_signal(number)
        assert terminal.wait_for_end() == 128 + number
        assert is_restored(bytes(terminal.raw))


@pytest.mark.terminal
def test_q_ends_it_with_the_terminal_restored(environment: dict[str, str]) -> None:
    with PseudoTerminal([str(KERTUI)], environment=environment) as terminal:
        terminal.wait_for(FIRST_SCREEN)
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        assert is_restored(bytes(terminal.raw))


@pytest.mark.terminal
def test_q_ends_it_though_the_home_does_not_answer(environment: dict[str, str], home: Path) -> None:
    run = write_run(RunStore(home), "xor", "answer", epochs=3)
    with (
        unanswered(run.events_path),
        PseudoTerminal([str(KERTUI), "--no-spare"], environment=environment) as terminal,
    ):
        terminal.wait_for(FIRST_SCREEN)
        terminal.send("R")
        terminal.wait_for("reading the runs")
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        assert is_restored(bytes(terminal.raw))


CRASH = """
import sys
from kertui.terminal.capabilities import Capabilities
import kertui.app
from kertui.tasks_screen.tasks_screen import TasksScreen
from kertui.service.training_service import TrainingService
from kertasks.runs.home.store import RunStore
from kertasks.user_folders import cache_dir, default_home

def fail(self):
    raise KeyError("nobody foresaw this")

TasksScreen.action_open_file = fail
service = TrainingService(RunStore(default_home()), cache_dir(), spare=False)
sys.exit(kertui.app.run_app(service, Capabilities()))
"""


@pytest.mark.terminal
def test_an_error_nobody_foresaw_is_one_line_and_a_log(
    environment: dict[str, str], home: Path
) -> None:
    command = [sys.executable, "-c", CRASH]
    with PseudoTerminal(command, environment=environment) as terminal:
        terminal.wait_for(FIRST_SCREEN)
        terminal.send("\x0f")  # ctrl+o
        assert terminal.wait_for_end() == 1
        assert is_restored(bytes(terminal.raw))
        said = on_normal_screen(bytes(terminal.raw))
    (line,) = said.strip().splitlines()
    assert line.startswith("kertui failed: KeyError: 'nobody foresaw this'. The traceback is in")
    assert "in fail" in (home / "crash.log").read_text()
