"""TensorBoard's event files: records of a length and two checksums, each a protobuf ``Event``.

The records are TensorFlow's TFRecord: eight bytes of length, a checksum of those, the data, a
checksum of the data; little-endian, the checksums CRC-32C rotated by 15 bits plus a constant
(https://www.tensorflow.org/tutorials/load_data/tfrecord). The messages are those of TensorFlow's
``event.proto``, ``summary.proto`` and ``tensor.proto``, of which only the fields of numbers are
named here: protobuf passes over the others.

TensorBoard's own reader is not used: it needs a package that most have not installed, and imports
TensorFlow. For a folder of 100 MB it took 9.8 s and 755 MB, where reading it here and putting
epochs together took 6 s and 112 MB (``tests/benchmarks/README.md``).
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

from kertasks.files import LARGEST, open_regular

PATTERN = "events.out.tfevents."
"""What the name of every event file has in it."""

_LARGEST_RECORD = 1 << 20
"""Bytes; those of numbers have some hundred. Pictures, sounds and graphs are not even read."""

_HEAD = struct.Struct("<QI")
_CRC_POLYNOMIAL = 0x82F63B78
_MASK_DELTA = 0xA282EAD8

_LAYOUTS = {
    number: struct.Struct(layout)
    for number, layout in ((1, "<f"), (2, "<d"), (3, "<i"), (9, "<q"), (19, "<e"))
}
"""How one number of a ``DataType`` is laid out in ``tensor_content``: DT_FLOAT, DT_DOUBLE,
DT_INT32, DT_INT64, DT_HALF."""


class Scalar(NamedTuple):
    """One number of an event file."""

    t: float
    """When it was written, Unix time in seconds."""

    step: int
    tag: str
    value: float


class EventFile:
    """Reads the numbers of one event file, each once, as it grows.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.began: float | None = None
        """When it was begun, Unix time in seconds; None before its first record was read."""

        self.damage = ""
        """Why no more is read of it; empty while nothing is wrong."""

        self._offset = 0

    def read(self) -> Iterator[Scalar]:
        """The numbers that were appended; a record that is not whole yet is left for later."""
        for record in self._records():
            try:
                event = _event_class().FromString(record)
            except message.DecodeError:
                self.damage = self.damage or "it holds records that are no events"
                continue
            if self.began is None:
                self.began = event.wall_time if math.isfinite(event.wall_time) else None
            if not 0 <= event.step < LARGEST:
                continue
            for value in event.summary.value:
                number = _number_of(value)
                if number is not None:
                    yield Scalar(event.wall_time, event.step, value.tag, number)

    def _records(self) -> Iterator[bytes]:
        if self.damage:
            return
        try:
            file = os.fdopen(open_regular(self.path), "rb", buffering=1 << 18)
        except OSError:  # it went away
            return
        with file:
            size = os.fstat(file.fileno()).st_size
            file.seek(self._offset)
            while self._offset + _HEAD.size <= size:
                head = file.read(_HEAD.size)
                length, check = _HEAD.unpack(head)
                if masked_crc(head[:8]) != check:
                    self.damage = f"it is damaged at byte {self._offset}"
                    return
                end = self._offset + _HEAD.size + length + 4
                if end > size:
                    return
                if length > _LARGEST_RECORD:
                    file.seek(end)
                    self._offset = end
                    continue
                data = file.read(length + 4)
                self._offset = end
                yield data[:length]


@lru_cache(1024)  # the numbers of a log are records of a few lengths
def masked_crc(data: bytes) -> int:
    """The checksum of TFRecord."""
    table = _crc_table()
    crc = 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + _MASK_DELTA) & 0xFFFFFFFF


@cache
def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (_CRC_POLYNOMIAL if crc & 1 else 0)
        table.append(crc)
    return table


def _number_of(value: Any) -> float | None:
    """The number in a ``Summary.Value``; None where it holds something else."""
    kind = value.WhichOneof("value")
    if kind == "simple_value":
        return float(value.simple_value)
    if kind != "tensor" or value.tensor.tensor_shape.dim:
        return None
    tensor = value.tensor
    layout, content = _LAYOUTS.get(tensor.dtype), tensor.tensor_content
    if layout is not None and len(content) == layout.size:
        return float(layout.unpack(content)[0])
    for numbers in (tensor.float_val, tensor.double_val, tensor.int_val, tensor.int64_val):
        if len(numbers) == 1:
            return float(numbers[0])
    return None


@cache
def _event_class() -> Any:
    """The class of ``tensorflow.Event``, with the fields that are read here, in a pool of its own:
    TensorFlow and TensorBoard may bring theirs."""
    field = descriptor_pb2.FieldDescriptorProto
    one, many = field.LABEL_OPTIONAL, field.LABEL_REPEATED
    file = descriptor_pb2.FileDescriptorProto(
        name="kertasks/event.proto", package="tensorflow", syntax="proto3"
    )
    messages: dict[str, list[tuple[str, int, int, int | str]]] = {
        "Dim": [("size", 1, one, field.TYPE_INT64)],
        "TensorShapeProto": [("dim", 2, many, "Dim")],
        "TensorProto": [
            ("dtype", 1, one, field.TYPE_INT32),
            ("tensor_shape", 2, one, "TensorShapeProto"),
            ("tensor_content", 4, one, field.TYPE_BYTES),
            ("float_val", 5, many, field.TYPE_FLOAT),
            ("double_val", 6, many, field.TYPE_DOUBLE),
            ("int_val", 7, many, field.TYPE_INT32),
            ("int64_val", 10, many, field.TYPE_INT64),
        ],
        "Value": [
            ("tag", 1, one, field.TYPE_STRING),
            ("simple_value", 2, one, field.TYPE_FLOAT),
            ("tensor", 8, one, "TensorProto"),
        ],
        "Summary": [("value", 1, many, "Value")],
        "Event": [
            ("wall_time", 1, one, field.TYPE_DOUBLE),
            ("step", 2, one, field.TYPE_INT64),
            ("summary", 5, one, "Summary"),
        ],
    }
    for name, fields in messages.items():
        made = file.message_type.add(name=name)
        for called, number, label, kind in fields:
            one_of = {"oneof_index": 0} if name == "Value" and called != "tag" else {}
            if isinstance(kind, str):
                made.field.add(
                    name=called, number=number, label=label, type=field.TYPE_MESSAGE,
                    type_name=f".tensorflow.{kind}", **one_of,
                )  # fmt: skip
            else:
                made.field.add(name=called, number=number, label=label, type=kind, **one_of)
        if name == "Value":
            made.oneof_decl.add(name="value")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tensorflow.Event"))
