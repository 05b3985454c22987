"""A run's history as TensorBoard's event files, laid out as Keras's own callback does."""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping
from pathlib import Path

from kertasks.errors import UserError
from kertasks.export.formats import AlreadyThere, Export, NoEpochs
from kertasks.files import replacing
from kertasks.runs.event_file.events import Epoch
from kertasks.runs.history import RunHistory

TRAIN, VALIDATION = "train", "validation"
"""The two folders, which TensorBoard draws as two curves of one plot."""

_PATTERN = "events.out.tfevents.*"
_HELD_OUT = "val_"


def write(export: Export) -> None:
    """Write every epoch's metrics into the folders ``train`` and ``validation``.

    Event files that are there are replaced: TensorBoard would draw both as one curve.

    Tags are ``epoch_loss``, ``epoch_accuracy``, …, the same in both folders, and
    ``epoch_learning_rate``; steps count from 0, as Keras's ``TensorBoard`` callback has them.
    Does not need TensorFlow.

    Raises:
        NoEpochs: there are none.
        RunDamaged: its events cannot be read.
        AlreadyThere: there are event files already.
        UserError: the package ``tensorboard`` is not installed.
        OSError: the folder cannot be written in.
    """
    export.run.require_events()
    epochs = list(RunHistory.read(export.run.events_path).each_epoch())
    if not epochs:
        raise NoEpochs(export.run)
    folders = [export.path / part for part in (TRAIN, VALIDATION)]
    before = [file for folder in folders for file in folder.glob(_PATTERN)]
    if before and not export.replace:
        raise AlreadyThere(before[0].parent)
    try:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.plugins.scalar.summary_v2 import scalar_pb
        from tensorboard.summary.writer.record_writer import RecordWriter
    except ImportError as error:
        raise UserError(
            "event files are written with the package tensorboard, which is not installed "
            "here: pip install tensorboard"
        ) from error

    by_folder: dict[str, list[tuple[Epoch, Mapping[str, float]]]] = {TRAIN: [], VALIDATION: []}
    for epoch in epochs:
        trained = {n: v for n, v in epoch.metrics.items() if not n.startswith(_HELD_OUT)}
        held_out = {
            n.removeprefix(_HELD_OUT): v for n, v in epoch.metrics.items() if n not in trained
        }
        if not math.isnan(epoch.learning_rate):
            trained["learning_rate"] = epoch.learning_rate
        by_folder[TRAIN].append((epoch, trained))
        if held_out:
            by_folder[VALIDATION].append((epoch, held_out))
    written: list[Path] = []
    for name, rows in by_folder.items():
        if not rows:
            continue
        part = export.path / name
        part.mkdir(parents=True, exist_ok=True)
        began = rows[0][0].t
        file_name = f"events.out.tfevents.{int(began):010d}.{platform.node()}.0.v2"
        written.append(part / file_name)
        with replacing(part / file_name, mode=None) as file:
            records = RecordWriter(file)
            version = Event(wall_time=began, file_version="brain.Event:2")
            records.write(version.SerializeToString())
            for epoch, metrics in rows:
                event = Event(wall_time=epoch.t, step=epoch.epoch - 1)
                for metric, value in metrics.items():
                    event.summary.MergeFrom(scalar_pb(f"epoch_{metric}", value))
                records.write(event.SerializeToString())
    for old in before:
        if old not in written:
            old.unlink(missing_ok=True)
