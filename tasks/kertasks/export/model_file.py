"""A run's network as Keras saves it: a copy of ``model.keras`` or ``best.keras``."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from kertasks.errors import UserError
from kertasks.export.formats import Export
from kertasks.files import open_regular


def write_last(export: Export) -> None:
    """Copy the network as training left it.

    Raises:
        UserError: the run has none (yet).
    """
    _copy(export, export.run.model_path)


def write_best(export: Export) -> None:
    """Copy the network of the best epoch.

    Raises:
        UserError: the run has none (yet).
    """
    _copy(export, export.run.best_path)


def _copy(export: Export, source: Path) -> None:
    run = export.run
    if source.is_symlink():  # of a stranger's making: kertui makes none
        raise UserError(f"{source} is a link, and not the run's own network: it was not exported")
    try:
        model = os.fdopen(open_regular(source), "rb")
    except FileNotFoundError as error:
        raise UserError(f"{run.id} has no {source.name}: it is {run.state()}") from error
    except OSError as error:
        raise UserError(f"{source} cannot be read: {error.strerror}") from error
    with model:
        if export.path.exists() and export.path.samefile(source):
            raise UserError(f"{export.path} is the run's own file")
        with export.file() as file:
            shutil.copyfileobj(model, file)
