"""CSVLogger files: every form one may have, as it grows, and files that are none."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path

import pytest

from kertasks.errors import UserError
from kertasks.following.csv_log import CsvLog
from kertasks.following.epoch_source import NotALog
from kertasks.following.logged_path import source_at
from kertasks.runs.event_file.events import Epoch


def epochs(log: CsvLog) -> list[list[tuple[int, dict[str, float]]]]:
    """All that a log tells now: of each training the epochs and their metrics."""
    found: list[list[Epoch]] = [[]]
    while True:
        first, *others = log.read()
        found[-1] += first
        found += others
        if not log.behind:
            return [[(each.epoch, dict(each.metrics)) for each in told] for told in found]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", ":", "#"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_any_separator_and_end_of_line_is_read(tmp_path: Path, separator: str, end: str) -> None:
    rows = [["epoch", "loss", "val_loss"], ["0", "0.5", "NA"], ["1", "nan", "inf"]]
    path = tmp_path / "log.csv"
    path.write_bytes("".join(separator.join(row) + end for row in rows).encode())
    [[first, (number, metrics)]] = epochs(CsvLog(path))
    assert first == (1, {"loss": 0.5})  # NA is no value
    assert (number, metrics["val_loss"]) == (2, math.inf)
    assert math.isnan(metrics["loss"])


def test_what_is_no_number_is_left_out_and_no_row_spoils_another(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(
        b"\xef\xbb\xbfepoch,learning_rate,loss,parts\n"
        b'0,0.01,1.0,"""[0.1, 0.2]"""\n'
        b'1,0.01,0.9,"[0.1, 0.2]"\n'
        b'2,0.01,0.8,"[0.1\n'  # a quote that nobody closes
        b"3,0.005,0.7,\xff\xfe\n"
        b"4,0.005\n"
        b"epoch,learning_rate,loss,parts\n"
        b"-7,0.005,0.6,1\n" + b"5,0.005,0.5," + b"9" * 5_000 + b"\n"
    )
    log = CsvLog(path)
    [told] = log.read()
    assert [(each.epoch, each.metrics["loss"]) for each in told if each.epoch != 6] == [
        (1, 1.0),
        (2, 0.9),
        (3, 0.8),
        (4, 0.7),
    ]
    assert [each.learning_rate for each in told[:4]] == [0.01, 0.01, 0.01, 0.005]
    assert all("parts" not in each.metrics for each in told[:4])
    assert log.noted == ["a line of log.csv is no row of it: '4,0.005'"]


def test_a_line_is_read_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("epoch,loss\n0,0.5\n1,0.2")
    log = CsvLog(path)
    assert epochs(log) == [[(1, {"loss": 0.5})]]
    with path.open("a") as file:
        file.write("51\n2,")
    assert epochs(log) == [[(2, {"loss": 0.251})]]
    assert epochs(log) == [[]]


def test_an_epoch_that_comes_took_as_long_as_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("epoch,loss\n0,0.5\n")
    os.utime(path, (1_000.0, 1_000.0))
    log = CsvLog(path)
    [[first]] = log.read()
    assert (first.t, math.isnan(first.seconds)) == (1_000.0, True)
    with path.open("a") as file:
        file.write("1,0.4\n2,0.3\n")
    os.utime(path, (1_010.0, 1_010.0))
    [told] = log.read()
    assert [(each.t, each.seconds) for each in told] == [(1_005.0, 5.0), (1_010.0, 5.0)]


def test_each_training_in_a_file_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    rows = "0,1\n1,2\n2,3\n1,4\n0,5\n1,6\n"  # trained anew from the second on, then another one
    path.write_text("epoch,loss\n" + rows)
    log = CsvLog(path)
    first, second = epochs(log)
    assert [number for number, _ in first] == [1, 2, 3, 2]
    assert second == [(1, {"loss": 5.0}), (2, {"loss": 6.0})]
    path.write_text("")  # as CSVLogger does when a training begins
    assert epochs(log) == [[], []]
    # As long as before: only what is in it tells that it is another one.
    path.write_text("epoch,loss\n" + rows.replace("1", "7"))
    assert [len(told) for told in epochs(log)] == [4, 2]


@pytest.mark.parametrize("grown", ["", "2,0.1\n"])
def test_a_copy_in_its_place_is_read_on(tmp_path: Path, grown: str) -> None:
    """As rsync brings a file from another host."""
    path, copy = tmp_path / "log.csv", tmp_path / ".log.csv.x"
    path.write_text("epoch,loss\n0,0.5\n1,0.2\n")
    log = CsvLog(path)
    assert len(epochs(log)[0]) == 2
    path.unlink()
    assert epochs(log) == [[]]
    copy.write_text("epoch,loss\n0,0.5\n1,0.2\n" + grown)
    copy.rename(path)
    assert epochs(log) == [[(3, {"loss": 0.1})]] if grown else epochs(log) == [[]]


def test_a_line_that_never_ends_holds_up_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    with path.open("wb") as file:
        file.write(b"epoch,loss\n0,1\n")
        for _ in range(5):
            file.write(b"x" * (1 << 20))
        file.write(b"\n1,2\n")
    assert epochs(CsvLog(path)) == [[(1, {"loss": 1.0}), (2, {"loss": 2.0})]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "is empty. Keras writes its first lines when the first epoch is done"),
        (b"name,age\nAnn,3\n", "has no column named epoch, only name, age. A file of Keras's"),
        (b"epoch,loss", "has no whole line yet"),
        (b"epoch\n0\n", "has a column named epoch and none beside it"),
        (b"PK\x03\x04\0\0epoch,loss\n", "is no table in plain text"),
        (b"x" * (1 << 20), "is no table in plain text"),
        (b"\x1b]52;c;aGk=\x07,loss\n", r"only \]52, c, aGk=,loss"),
    ],
)
def test_what_is_no_log_is_said_to_be_none(tmp_path: Path, text: bytes, said: str) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes(text)
    with pytest.raises(NotALog, match=said):
        source_at(path)


def test_what_is_no_file_is_said_to_be_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "round.csv").symlink_to(tmp_path / "round.csv")
    (tmp_path / "empty").mkdir()
    for name, said in (
        ("pipe.csv", "is a pipe, a socket or a device, and no file"),
        ("round.csv", "cannot be read: "),
        ("nowhere.csv", "there is no file or folder"),
        ("empty", "has no event files in it. A file of Keras's CSVLogger begins with"),
    ):
        with pytest.raises(UserError, match=re.escape(said)):
            source_at(tmp_path / name)
