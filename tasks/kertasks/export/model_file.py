"""A run's network as Keras saves it: a copy of ``model.keras`` or ``best.keras``."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from kertasks.errors import UserError
from kertasks.export.formats import Export
from kertasks.files import open_regular
from kertasks.runs.history import RunHistory
from kertasks.runs.weights_file import WeightsEpoch, read_epoch
from kertasks.text.numbers import grouped, metric, metric_label


class NoBestEpoch(UserError):
    """A run has no best epoch, or not its weights."""


def write_last(export: Export) -> str:
    """Copy the network as training left it, and say of which epoch it is.

    Raises:
        UserError: the run has none (yet).
    """
    source = export.run.where(export.run.model_path)
    _copy(export, source)
    of = read_epoch(source)
    return "" if of is None else _moment(of)


def write_best(export: Export) -> str:
    """Copy the network of the best epoch, and say which that is.

    Raises:
        NoBestEpoch: none is, as no loss was a finite number; or its weights are of an epoch that
            was trained anew since.
        UserError: the run has none (yet).
    """
    run = export.run
    history = RunHistory.read(run.events_path)
    best = history.best
    if history.epochs and best.epoch is None:
        name = best.monitor.name
        raise NoBestEpoch(f"{run.id} has no best epoch: {name} was never a finite number")
    source = run.where(run.best_path)
    of = read_epoch(source)
    if of is not None and of.metrics and not history.says(of.epoch, of.metrics):
        raise NoBestEpoch(
            f"{run.id} has no {source.name} of what it is now: epoch {of.epoch}, of which it is, "
            "was trained anew since; kertui save writes another"
        )
    _copy(export, source)
    if of is None:
        return ""
    name, said = best.monitor.name, _moment(of)
    if name in of.metrics:
        said += f", {metric_label(name)} {metric(name, of.metrics[name])}"
    if best.epoch is not None and best.epoch != of.epoch:
        said += f"; the best one is {grouped(best.epoch)} now"
    return said


def _moment(of: WeightsEpoch) -> str:
    within = f", step {grouped(of.step)}" if of.step else ""
    return f"epoch {grouped(of.epoch)}{within}"


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
