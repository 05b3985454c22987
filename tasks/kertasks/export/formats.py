"""The formats a run can be exported in: one table, for the command line and for the interface.

To add a format, write a function that takes an ``Export`` in a module of its own and name it in a
row of ``FORMATS``. The module is imported when something is exported so, not before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kertasks.errors import UserError
from kertasks.files import replacing

if TYPE_CHECKING:
    from kertasks.keras_catalog.catalog import Catalog
    from kertasks.runs.folder import RunFolder

ALREADY_THERE = 3
"""What ``python -m kertasks.export`` ends with for ``AlreadyThere``."""


class AlreadyThere(UserError):
    """What would be written is there already, and was not to be replaced."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is there already")
        self.path = path


class NoEpochs(UserError):
    """A run has nothing to tell yet, or never will."""

    def __init__(self, run: RunFolder) -> None:
        super().__init__(f"{run.id} has not trained a whole epoch: it is {run.state()}")


@dataclass(frozen=True, slots=True)
class Export:
    """What a format's function is given."""

    run: RunFolder
    to: Path | BinaryIO
    """A file's or a folder's path, or an open file where something is to be printed."""

    replace: bool
    """Whether what is there already may be written over."""

    catalog: Callable[[], Catalog]
    """Gives Keras's classes; may take seconds."""

    @property
    def path(self) -> Path:
        """The path to write to, for a format that cannot be printed.

        Raises:
            TypeError: to an open file, which this format cannot.
        """
        if not isinstance(self.to, Path):
            raise TypeError("this format needs a path")
        return self.to

    @contextmanager
    def file(self) -> Iterator[BinaryIO]:
        """The file to write; one that is replaced is lost only once the new one is whole.

        Raises:
            AlreadyThere: there is one, which is not to be replaced.
            OSError: it cannot be written; nothing is left behind.
        """
        if not isinstance(self.to, Path):
            yield self.to
            return
        if self.to.exists() and not self.replace:
            raise AlreadyThere(self.to)
        with replacing(self.to, mode=None) as file:
            yield file


@dataclass(frozen=True, slots=True)
class Format:
    """One way to export a run."""

    name: str
    """What ``kertui export --format`` takes."""

    suffix: str
    """The ending of a file's name; empty for a folder."""

    function: str
    """What writes it, as ``module:name``, in ``kertasks.export``."""

    help: str
    """One line on what it is good for."""

    is_text: bool = False
    """Whether it can be printed."""

    needs_recipe: bool = False
    """Whether it is made of the recipe that says how the run was trained."""

    is_light: bool = True
    """Whether its function imports neither NumPy nor Keras. ``python -m kertasks.export`` writes
    the others for a process that must not import them."""

    def write(self, export: Export) -> str:
        """Export a run in this format; returns what else is to be known of it, mostly nothing.

        Raises:
            AlreadyThere: something of that name is there, and ``export.replace`` is not set.
            UserError: the run has nothing to export, or the path cannot be written; saying why.
        """
        from pkgutil import resolve_name  # not needed to tell which formats there are

        try:
            said: str | None = resolve_name(f"kertasks.export.{self.function}")(export)
        except OSError as error:
            where = export.to if isinstance(export.to, Path) else error.filename or "it"
            raise UserError(f"cannot write {where}: {error.strerror}") from error
        return said or ""


FORMATS = (
    Format(
        "script",
        ".py",
        "run_script:write",
        "a short Keras script; kertui is not in it",
        is_text=True,
        needs_recipe=True,
    ),
    Format("model", ".keras", "model_file:write_last", "the model as training left it"),
    Format("best-model", ".keras", "model_file:write_best", "the model of its best epoch"),
    Format("history", ".csv", "history_csv:write", "a row an epoch, every digit", is_text=True),
    Format(
        "tensorboard",
        "",
        "tensorboard_files:write",
        "TensorBoard's event files (needs the package tensorboard)",
        is_light=False,
    ),
)
"""Every format, in the order to offer; of two with one ending the first is the usual one."""


def format_named(name: str) -> Format:
    """The format of that name.

    Raises:
        KeyError: there is none.
    """
    return {known.name: known for known in FORMATS}[name]


def format_for_suffix(suffix: str) -> Format | None:
    """The usual format for names that end so, or for folders (``""``); None where there is none."""
    return next((known for known in FORMATS if known.suffix == suffix), None)
