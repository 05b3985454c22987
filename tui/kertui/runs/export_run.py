"""Exports a run from the interface: in which format, and where to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.widgets import OptionList

from kertasks.errors import UserError
from kertasks.export.formats import ALREADY_THERE, FORMATS, AlreadyThere, Export, Format
from kertasks.runs.manifest import Origin
from kertasks.text.numbers import short_path
from kertasks.text.plain_text import one_line, visible
from kertui.dialogs import ask_path
from kertui.dialogs.ask_path import AskPathScreen, Mistake
from kertui.dialogs.dialog import Choice, Question

if TYPE_CHECKING:
    from kertasks.runs.folder import RunFolder
    from kertui.service.training_service import TrainingService


class ExportRunScreen(Question[Format]):
    """Asks for a format, then for a path, and exports the run.

    It stays open until the run is exported or the person gives up, and tells where the export is.

    Args:
        service: knows where runs are kept, and Keras's classes for the script.
        run: the run to export.
        origin: what trained it.
    """

    def __init__(self, service: TrainingService, run: RunFolder, origin: Origin) -> None:
        has_recipe = origin is Origin.RECIPE
        choices = [
            Choice(known, f"{known.name}  {known.suffix}", known.help)
            for known in FORMATS
            if has_recipe or not known.needs_recipe
        ]
        super().__init__("Export this run as …", one_line(run.id), choices)
        self._service = service
        self._run = run

    def take_choice(self, answer: Format) -> None:
        """Ask where to put it, in this question's place; Escape there brings it back."""

        def finish(path: Path | None) -> None:
            if path is None:
                self.remove_class("-covered")
                self.query_one(OptionList).focus()
                return
            where = visible(f"The {answer.name} of {self._run.id} is now in {short_path(path)}")
            self.app.notify(where, title="Exported", markup=False)
            self.dismiss(answer)

        self.add_class("-covered")
        self.app.push_screen(ExportPathScreen(self._service, self._run, answer), finish)


class ExportPathScreen(AskPathScreen[Path]):
    """Asks where to export a run to, and does it. Gives the path, or None.

    Args:
        service: as of ``ExportRunScreen``.
        run: the run to export.
        what: the format.
    """

    def __init__(self, service: TrainingService, run: RunFolder, what: Format) -> None:
        heading = f"Export the {what.name} to a {'file' if what.suffix else 'folder'}"
        path = f"{run.id}{what.suffix or '-logs'}"
        super().__init__(heading, "export", "exporting", path, what.suffix)
        self._service = service
        self._exported = run
        self._what = what

    def try_path(
        self, path: Path, confirmed: Path | None, wanted: Callable[[], bool]
    ) -> Path | Mistake | ask_path.AlreadyThere:
        """Export the run; what is there already is written over only after asking."""
        what = self._what
        try:
            if what.suffix and path.is_dir():
                return Mistake(f"{short_path(path)} is a folder; a file name is needed")
        except OSError as error:
            return ask_path.not_written(path, error)
        replace = path == confirmed
        if not wanted():
            return path
        try:
            if what.is_light:
                what.write(Export(self._exported, path, replace, self._service.catalog))
            else:
                self._write_elsewhere(path, replace)
        except AlreadyThere:
            return ask_path.AlreadyThere(path)
        except UserError as error:
            return Mistake(visible(str(error)))
        return path

    def _write_elsewhere(self, path: Path, replace: bool) -> None:
        """Export in a process of its own, which may import what this one must not.

        Raises:
            AlreadyThere, UserError: as ``Format.write``.
        """
        command = [sys.executable, "-P", "-m", "kertasks.export", str(self._exported.path)]
        command += [self._what.name, str(path), *(["replace"] * replace)]
        try:
            done = subprocess.run(command, check=False, capture_output=True, text=True)
        except OSError as error:
            raise UserError(f"no process can be started to export it: {error.strerror}") from error
        if done.returncode == ALREADY_THERE:
            raise AlreadyThere(path)
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["the process ended without a word"]
            raise UserError(said[-1])
