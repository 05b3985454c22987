"""Event files as TensorBoard's own classes write them, and not the reader that is tested."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.summary.writer.record_writer import RecordWriter

NOON = 1_700_000_000.0


class EventFileWriter:
    """Writes numbers into one event file, each on disk at once.

    Args:
        folder: made where there is none.
        order: of the files of the folder, by their names.
        began: Unix time in seconds.
    """

    def __init__(self, folder: Path, order: int = 0, began: float = NOON) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"events.out.tfevents.{int(began) + order:010d}.host.1.{order}.v2"
        self._file: BinaryIO = self.path.open("wb")
        self._records = RecordWriter(self._file)
        self._t = began
        self._write(Event(wall_time=began, file_version="brain.Event:2"))

    def simple(self, tag: str, value: float, step: int, t: float | None = None) -> None:
        """A number as PyTorch's ``SummaryWriter.add_scalar`` writes it."""
        summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
        self._write(Event(wall_time=self._next(t), step=step, summary=summary))

    def tensor(self, tag: str, value: float, step: int, t: float | None = None) -> None:
        """A number as ``tf.summary.scalar``, and so Keras's callback, writes it."""
        event = Event(wall_time=self._next(t), step=step)
        event.summary.MergeFrom(scalar_pb(tag, value))
        self._write(event)

    def raw(self, data: bytes) -> None:
        """Bytes that are no record, or a part of one."""
        self._file.write(data)
        self._file.flush()

    def large(self, size: int) -> None:
        """A record of so many bytes, as a picture is."""
        self._write(Event(wall_time=self._next(None), graph_def=b"x" * size))

    def _next(self, t: float | None) -> float:
        self._t = self._t + 1.0 if t is None else t
        return self._t

    def _write(self, event: Event) -> None:
        self._records.write(event.SerializeToString())
        self._file.flush()
