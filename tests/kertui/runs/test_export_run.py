"""The dialog that exports a run: a format, a path, and every way it can be refused."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from pkgutil import resolve_name

import pytest
from tests.support.piloting import shown, until
from tests.support.recorded_service import RecordedService
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from kertasks.export.formats import FORMATS, Export, format_named
from kertasks.keras_catalog.catalog import Catalog
from kertasks.registry import find_task
from kertasks.runs.event_file.events import Epoch, Finished, Started, format_event
from kertasks.runs.folder import RunFolder
from kertasks.runs.manifest import Origin
from kertui.runs.export_run import ExportPathScreen, ExportRunScreen
from kertui.terminal.capabilities import Capabilities
from kertui.terminal.theme import DARK, THEMES, default_tokens

RECIPE = find_task("diabetes").recipes["small"]


class DialogApp(App[None]):
    """A dialog over an empty screen."""

    def __init__(self) -> None:
        self.capabilities = Capabilities()
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return default_tokens(self.current_theme)


class Exporting:
    """The open dialog, the keys to it and what it says."""

    def __init__(self, app: DialogApp, pilot: Pilot[None], run: RunFolder) -> None:
        self.app, self.pilot, self.run = app, pilot, run

    async def choose(self, name: str) -> None:
        """Choose a format and wait for the question where to."""
        self.app.screen.query_one(OptionList).highlighted = FORMATS.index(format_named(name))
        await self.pilot.press("enter")
        await until(self.pilot, lambda: self.asks_for_a_path and self.app.screen.query(Input))

    @property
    def asks_for_a_path(self) -> bool:
        return isinstance(self.app.screen, ExportPathScreen)

    @property
    def path(self) -> str:
        return self.app.screen.query_one(Input).value

    @property
    def all_shown(self) -> str:
        """What all dialogs show, those below the top one too."""
        return "\n".join(
            "".join(segment.text for segment in strip)
            for screen in self.app.screen_stack
            for strip in screen._compositor.render_strips()
        )

    async def enter(self, path: Path) -> None:
        self.app.screen.query_one(Input).value = str(path)
        await self.pilot.pause()
        await self.pilot.press("enter")

    async def says(self, words: str) -> None:
        """Wait for words under the path; the dialog is still open."""
        await until(self.pilot, lambda: words in self._said())

    def _said(self) -> str:
        return str(self.app.screen.query_one("#dialog-say", Static).content)

    async def is_exported(self, words: str) -> None:
        """Wait until all dialogs are left and the person was told so."""
        await until(self.pilot, lambda: len(self.app.screen_stack) == 1)
        notifications = self.app._notifications
        await until(self.pilot, lambda: any(words in told.message for told in notifications))


@asynccontextmanager
async def exporting(home: Path, *, epochs: int = 3) -> AsyncIterator[Exporting]:
    service = RecordedService(home)
    run = service.store.create(RECIPE)
    events = [Started(1.0, epochs=9, steps=9, parameters=193, device="CPU")]
    lines = [format_event(event) for event in events]
    lines += [format_event(Epoch(10.0 + e, e, {"loss": 0.1}, 0.01, 0.2)) for e in range(epochs)]
    lines += [format_event(Finished(99.0, epochs, 1, {"loss": 0.5}, "points"))]
    run.events_path.write_text("".join(lines))
    app = DialogApp()
    async with app.run_test(size=(100, 34), notifications=True) as pilot:
        app.push_screen(ExportRunScreen(service, run, Origin.RECIPE))
        await until(pilot, lambda: app.screen.query(OptionList))
        yield Exporting(app, pilot, run)


def test_every_format_of_the_table_can_be_found_and_has_a_name_of_its_own() -> None:
    assert len({known.name for known in FORMATS}) == len(FORMATS)
    for known in FORMATS:
        assert callable(resolve_name(f"kertasks.export.{known.function}"))
        assert known.help


async def test_it_offers_every_format_and_escape_goes_back(home: Path) -> None:
    async with exporting(home) as dialog:
        screen = shown(dialog.app)
        for known in FORMATS:
            assert known.name in screen
            assert known.help in screen
        await dialog.choose("history")
        assert dialog.path == f"{dialog.run.id}.csv"
        assert "Export this run as" not in dialog.all_shown
        await dialog.pilot.press("escape")
        await until(dialog.pilot, lambda: isinstance(dialog.app.screen, ExportRunScreen))
        await until(dialog.pilot, lambda: "Export this run as" in dialog.all_shown)
        assert isinstance(dialog.app.focused, OptionList)
        await dialog.choose("tensorboard")
        assert dialog.path == f"{dialog.run.id}-logs"
        await dialog.pilot.press("escape", "escape")
        await until(dialog.pilot, lambda: len(dialog.app.screen_stack) == 1)


async def test_a_history_is_written_and_its_place_told(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    async with exporting(home) as dialog:
        await dialog.choose("history")
        await dialog.enter(path)
        await dialog.is_exported("run.csv")
    assert path.read_text().startswith("epoch,loss,learning_rate,seconds\n")
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()


async def test_a_script_is_written(home: Path, tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "train.py"
    async with exporting(home) as dialog:
        service = dialog.app.screen._service  # type: ignore[attr-defined]  # the recorded one
        service._catalog = catalog
        await dialog.choose("script")
        await dialog.enter(path)
        await dialog.is_exported("train.py")
    assert "model.fit(" in path.read_text()


async def test_a_file_that_is_there_is_written_over_only_after_asking(
    home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "run.csv"
    path.write_text("mine")
    async with exporting(home) as dialog:
        await dialog.choose("history")
        await dialog.enter(path)
        await dialog.says("is already there")
        assert path.read_text() == "mine"
        await dialog.pilot.press("enter")
        await dialog.is_exported("run.csv")
    assert path.read_text().startswith("epoch,")


async def test_event_files_are_written_by_another_process(home: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    before = {name.partition(".")[0] for name in sys.modules}
    folder = tmp_path / "logs"
    async with exporting(home) as dialog:
        await dialog.choose("tensorboard")
        await dialog.enter(folder)
        await dialog.is_exported("logs")
    assert len(list(folder.rglob("events.out.tfevents.*"))) == 1
    assert "google" in before or "google" not in sys.modules
    async with exporting(home) as dialog:
        await dialog.choose("tensorboard")
        await dialog.enter(folder)
        await dialog.says("is already there")
        await dialog.pilot.press("enter")
        await dialog.is_exported("logs")


@pytest.mark.parametrize("name", ["history", "tensorboard"])
async def test_a_run_without_epochs_is_said_to_have_none(
    home: Path, tmp_path: Path, name: str
) -> None:
    async with exporting(home, epochs=0) as dialog:
        await dialog.choose(name)
        await dialog.enter(tmp_path / "new")
        await dialog.says("has not trained a whole epoch: it is")
    assert not (tmp_path / "new").exists()


async def test_what_cannot_be_written_is_said(home: Path, tmp_path: Path) -> None:
    async with exporting(home) as dialog:
        await dialog.choose("history")
        await dialog.enter(tmp_path / "nowhere" / "run.csv")
        await dialog.says("cannot write")
        await dialog.enter(tmp_path)
        await dialog.says("is a folder; a file name is needed")
        await dialog.enter(tmp_path / f"{'x' * 300}.csv")
        await dialog.says("cannot be written: file name too long")
        await dialog.pilot.press("escape")
        await until(dialog.pilot, lambda: not dialog.asks_for_a_path)
        await dialog.choose("model")
        await dialog.enter(tmp_path / "net.keras")
        await dialog.says("has no model.keras: it is finished")


async def test_a_full_disk_loses_nothing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.csv"
    path.write_text("mine")

    def full(export: Export) -> None:
        with export.file() as file:
            file.write(b"half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("kertasks.export.history_csv.write", full)
    async with exporting(home) as dialog:
        await dialog.choose("history")
        await dialog.enter(path)
        await dialog.says("is already there")
        await dialog.pilot.press("enter")
        await dialog.says("No space left on device")
    assert path.read_text() == "mine"
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["run.csv"]


async def test_it_says_that_it_is_exporting_and_takes_keys_meanwhile(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    monkeypatch.setattr("kertasks.export.history_csv.write", lambda _export: go_on.wait(60))
    async with exporting(home) as dialog:
        await dialog.choose("history")
        await dialog.enter(tmp_path / "run.csv")
        await dialog.says("exporting …")
        await dialog.pilot.press("escape")
        await until(dialog.pilot, lambda: not dialog.asks_for_a_path)
        go_on.set()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
