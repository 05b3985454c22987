"""TensorBoard folders as Keras, TensorFlow and PyTorch write them, growing, and spoilt ones."""

from __future__ import annotations

import math
import os
import random
import struct
import time
from pathlib import Path

import pytest
from tests.support.event_files import NOON, EventFileWriter

from kertasks.following.epoch_source import NotALog
from kertasks.following.event_file import EventFile, masked_crc
from kertasks.following.logged_path import source_at
from kertasks.following.metric_names import metric_name
from kertasks.following.tensorboard_folder import TensorBoardFolder
from kertasks.runs.event_file.events import Epoch


def numbers(told: list[Epoch]) -> list[tuple[int, dict[str, float]]]:
    return [(each.epoch, {n: round(v, 6) for n, v in each.metrics.items()}) for each in told]


def test_the_files_of_keras_become_epochs_whichever_was_written_first(tmp_path: Path) -> None:
    train = EventFileWriter(tmp_path / "train")
    for epoch in range(3):
        train.tensor("epoch_loss", 1 / (epoch + 1), epoch, NOON + 10 * (epoch + 1))
        train.tensor("epoch_learning_rate", 0.01, epoch, NOON + 10 * (epoch + 1))
        train.tensor("batch_loss", 9.0, 100 * epoch, NOON + 10 * (epoch + 1))
    validation = EventFileWriter(tmp_path / "validation")
    validation.tensor("evaluation_loss_vs_iterations", 9.0, 32, NOON + 20)
    validation.tensor("epoch_loss", 0.25, 1, NOON + 20)  # every second epoch is validated
    folder = TensorBoardFolder(tmp_path)
    [told] = folder.read()
    assert numbers(told) == [
        (1, {"loss": 1.0}),
        (2, {"loss": 0.5, "val_loss": 0.25}),
        (3, {"loss": 0.333333}),
    ]
    assert [each.t for each in told] == [NOON + 10, NOON + 20, NOON + 30]
    assert [each.seconds for each in told] == [10.0, 10.0, 10.0]
    assert told[0].learning_rate == pytest.approx(0.01)
    assert folder.started == NOON


def test_an_epoch_under_way_is_waited_for_and_told_anew_where_more_of_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    train, validation = (EventFileWriter(tmp_path / name) for name in ("train", "validation"))
    validation.tensor("epoch_loss", 2.0, 0, now)
    train.tensor("epoch_loss", 1.0, 0, now)
    train.tensor("epoch_loss", 0.5, 1, now)
    folder = TensorBoardFolder(tmp_path)
    [told] = folder.read()  # all numbers that any epoch has, and the second not yet
    assert numbers(told) == [(1, {"loss": 1.0, "val_loss": 2.0})]
    validation.tensor("epoch_loss", 1.5, 1, now)
    train.tensor("epoch_accuracy", 0.75, 0, now)
    [told] = folder.read()
    assert numbers(told) == [(1, {"loss": 1.0, "val_loss": 2.0, "accuracy": 0.75})]
    clock = time.monotonic() + 60.0
    monkeypatch.setattr("kertasks.following.tensorboard_folder.time.monotonic", lambda: clock)
    [told] = folder.read()
    assert numbers(told) == [(2, {"loss": 0.5, "val_loss": 1.5})]
    train.tensor("epoch_accuracy", 0.9, 1, now)
    [told] = folder.read()
    assert numbers(told) == [(2, {"loss": 0.5, "val_loss": 1.5, "accuracy": 0.9})]


def test_a_training_resumed_goes_on_and_one_begun_anew_is_another(tmp_path: Path) -> None:
    first = EventFileWriter(tmp_path / "train")
    for epoch in range(5):
        first.tensor("epoch_loss", 1.0, epoch)
    resumed = EventFileWriter(tmp_path / "train", 1, NOON + 100)
    for epoch in range(3, 7):
        resumed.tensor("epoch_loss", 2.0, epoch)
    folder = TensorBoardFolder(tmp_path)
    [told] = folder.read()
    assert [(number, *each.values()) for number, each in numbers(told)] == [
        (1, 1.0), (2, 1.0), (3, 1.0), (4, 2.0), (5, 2.0), (6, 2.0), (7, 2.0),
    ]  # fmt: skip
    another = EventFileWriter(tmp_path / "train", 2, NOON + 200)
    another.tensor("epoch_loss", 3.0, 0)
    assert [numbers(told) for told in folder.read()] == [[], [(1, {"loss": 3.0})]]
    assert folder.started == NOON + 200


def test_a_writer_with_steps_of_its_own_has_an_epoch_for_each_of_them(tmp_path: Path) -> None:
    writer = EventFileWriter(tmp_path)
    for step in (100, 200, 300):
        writer.simple("Loss/train", 10 / step, step)
        writer.simple("lr-Adam", 0.5, step)
        if step == 200:
            writer.simple("Loss/val", 0.5, 250)
    folder = TensorBoardFolder(tmp_path)
    [told] = folder.read()
    assert numbers(told) == [
        (1, {"loss": 0.1}),
        (2, {"loss": 0.05}),
        (3, {"val_loss": 0.5}),
        (4, {"loss": 0.033333}),
    ]
    assert told[0].learning_rate == 0.5
    assert folder.noted == ["its steps 100, 200, … are shown as epochs 1, 2, …"]


@pytest.mark.parametrize(
    ("folder", "tag", "name"),
    [
        ("train", "epoch_loss", "loss"),
        ("validation", "epoch_accuracy", "val_accuracy"),
        ("test", "loss", "val_loss"),
        ("", "loss/train", "loss"),
        ("", "Loss/test", "val_loss"),
        ("", "train/acc", "acc"),
        ("", "eval/f1 score", "val_f1_score"),
        ("", "train_loss", "loss"),
        ("", "valid_loss", "val_loss"),
        ("", "val_loss", "val_loss"),
        ("", "train/learning_rate", "learning_rate"),
        ("", "lr", "learning_rate"),
        ("", "batch_loss", "batch_loss"),
        ("", "train", "value"),
    ],
)
def test_a_tag_is_called_as_keras_would(folder: str, tag: str, name: str) -> None:
    found = metric_name(folder, tag)
    assert found is not None
    assert found.name == name


def test_a_folder_of_several_runs_opens_the_newest_and_names_the_others(tmp_path: Path) -> None:
    for age, name in enumerate(("run3", "run1", "sweep/run2")):
        writer = EventFileWriter(tmp_path / name / "train")
        writer.tensor("epoch_loss", 1.0, 0)
        os.utime(writer.path, (NOON - age, NOON - age))
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)
    source = source_at(tmp_path)
    assert source.path == tmp_path / "run3"
    [note] = source.noted
    assert note.endswith("has 3 runs: this one was written last; there are run1, sweep/run2 too")
    for given in (tmp_path / "run1", tmp_path / "run1" / "train", writer.path.parent):
        assert source_at(given).path in (tmp_path / "run1", tmp_path / "sweep" / "run2")
    assert source_at(writer.path).path == tmp_path / "sweep" / "run2"
    assert len(source_at(tmp_path / "run1").read()[0]) == 1


def test_what_is_not_whole_yet_is_read_later_and_what_is_damaged_never(tmp_path: Path) -> None:
    writer = EventFileWriter(tmp_path)
    writer.large(3_000_000)
    writer.simple("loss", 1.0, 0)
    data = writer.path.read_bytes()
    grown = tmp_path / "grown"
    grown.write_bytes(b"")
    file, told = EventFile(grown), 0
    for end in range(0, len(data), 500_000):
        grown.write_bytes(data[:end])
        told += len(list(file.read()))
    assert told == 0
    grown.write_bytes(data)
    assert [(each.tag, each.value) for each in file.read()] == [("loss", 1.0)]
    assert list(file.read()) == []

    writer.raw(b"\0" * 16)
    writer.simple("loss", 2.0, 1)
    folder = TensorBoardFolder(tmp_path)
    [told_epochs] = folder.read()
    assert numbers(told_epochs) == [(1, {"loss": 1.0})]
    assert folder.noted == [
        f"{writer.path.name} is not read further: it is damaged at byte {len(data)}"
    ]


@pytest.mark.parametrize(
    "spoilt",
    [b"", b"\x07", random.Random(1).randbytes(4_096), b"\xff" * 12],
    ids=["empty", "a byte", "random", "a size that is none"],
)
def test_a_file_of_anything_at_all_tells_nothing(tmp_path: Path, spoilt: bytes) -> None:
    (tmp_path / "events.out.tfevents.1.host").write_bytes(spoilt)
    assert source_at(tmp_path).read() == [[]]
    # A record that is well framed and holds no event, or a hostile one.
    for message in (b"\xff" * 40, b"\x09" + struct.pack("<d", math.nan) + b"\x10\xff\xff\xff\x7f"):
        head = struct.pack("<Q", len(message))
        record = head + struct.pack("<I", masked_crc(head)) + message + b"\0" * 4
        (tmp_path / "events.out.tfevents.1.host").write_bytes(record)
        assert source_at(tmp_path).read() == [[]]


def test_a_pipe_among_the_event_files_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "events.out.tfevents.1.host")
    with pytest.raises(NotALog):
        source_at(tmp_path)
