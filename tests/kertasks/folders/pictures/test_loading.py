"""Folders of pictures become datasets: what counts, what does not, how they are split and kept."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import numpy as np
import pytest
from tests.support.picture_files import png, write_pictures

from kertasks.data.described.description import ImageSample
from kertasks.data.rows.typed_rows import RowReader
from kertasks.folders import class_folders
from kertasks.folders.class_folders import PICTURE_ENDINGS, WrongFolder, find_files
from kertasks.folders.looking_at_folders import look
from kertasks.folders.part_places import TooFewFiles
from kertasks.folders.pictures.loading import load
from kertasks.folders.pictures.picture_folder import PictureFolder, PixelScaling, decode_folder
from kertasks.own_tasks.data_kinds import dataset_without_rows, what_changed

SMALL = PictureFolder("pictures", ("dark", "light"), height=8, width=8)


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a folder of pictures in it, and a cache of its own."""
    monkeypatch.setenv("KERTUI_CACHE", str(tmp_path / "cache"))
    write_pictures(tmp_path / "pictures")
    return tmp_path


def test_pictures_are_split_by_class_scaled_and_read_again_from_a_private_file(base: Path) -> None:
    data = load(SMALL, base, 3)
    assert data.test is not None
    assert data.validation is None
    assert (data.train.x.shape, data.test.x.shape) == ((19, 8, 8, 1), (5, 8, 8, 1))
    assert sorted(np.bincount(data.test.y).tolist()) == [2, 3]
    assert data.train.x.dtype == np.float32
    assert 0 <= data.train.x.min() < 0.3 < 0.7 < data.train.x.max() <= 1
    assert data.class_names == ("dark", "light")
    kept = [*(base / "cache" / "rows").iterdir()]
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
    times = {path: path.stat().st_ino for path in kept}
    again = load(SMALL, base, 3)
    assert {path: path.stat().st_ino for path in (base / "cache" / "rows").iterdir()} == times
    assert np.array_equal(again.train.x, data.train.x)
    assert np.array_equal(again.train.y, data.train.y)
    other = load(SMALL, base, 4)
    assert not np.array_equal(other.train.x, data.train.x)
    # What a run keeps of it says what the files held, as who looks at them does.
    assert decode_folder(data.statistics).digest == look(base / "pictures").data.digest
    assert what_changed(data.statistics, other.statistics) == ""
    # Also of one that was written over and has the size and the time that it had.
    picture = base / "pictures" / "dark" / "dark-00.png"
    before = picture.stat()
    content = (base / "pictures" / "light" / "light-00.png").read_bytes()
    picture.write_bytes(content.ljust(before.st_size, b"\0")[: before.st_size])
    os.utime(picture, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert picture.stat().st_size == before.st_size
    assert look(base / "pictures").data.digest != decode_folder(data.statistics).digest
    assert not np.array_equal(load(SMALL, base, 3).train.x, data.train.x)
    changed = load(msgspec.structs.replace(SMALL, width=4), base, 3)
    assert (
        what_changed(data.statistics, changed.statistics)
        == "what pictures holds and the size of its pictures"
    )
    empty = dataset_without_rows(data.statistics)
    assert (empty.train.x.shape, empty.class_names) == ((0, 8, 8, 1), data.class_names)


def test_a_picture_is_averaged_in_grey_or_colour_and_shown_in_grey(base: Path) -> None:
    stripes = np.zeros((16, 16, 3), np.uint8)
    stripes[:, ::2, 0] = 200  # red, every other column
    for name in ("dark", "light"):
        for number in range(3):
            (base / "red" / name).mkdir(parents=True, exist_ok=True)
            (base / "red" / name / f"{number}.png").write_bytes(png(stripes))
    colours = PictureFolder(
        "red", ("dark", "light"), 8, 8, colour=True, scaling=PixelScaling.BYTES, test=0.0
    )
    data = load(colours, base, 0)
    assert data.test is None
    assert data.train.x.dtype == np.uint8
    assert (data.train.x == (100, 0, 0)).all()
    assert data.sample is not None
    sample = data.sample(data.train, 0)
    assert isinstance(sample, ImageSample)
    assert sample.pixels[0][0] == pytest.approx(0.2989 * 100 / 255, abs=1e-6)
    grey = load(msgspec.structs.replace(colours, colour=False), base, 0)
    assert (grey.train.x == round(0.2989 * 100)).all()


def test_what_is_no_picture_is_named_and_not_counted(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    light = base / "pictures" / "light"
    whole = (light / "light-00.png").read_bytes()
    (light / "cut.png").write_bytes(whole[:-20])
    (light / "\x1b[31mred\n.png").write_bytes(b"a text")
    (light / "empty.png").touch()
    (light / "notes.txt").write_text("a text")
    (light / ".hidden.png").write_bytes(whole)
    (light / "out.png").symlink_to("/etc/passwd")
    os.mkfifo(light / "pipe.png")
    (base / "pictures" / ".git").mkdir()
    (base / "pictures" / "loop").symlink_to(base / "pictures")
    (base / "pictures" / "readme.txt").write_text("a text")
    files = find_files(base / "pictures", PICTURE_ENDINGS)
    assert files.classes == ("dark", "light")
    assert dict(files.left_out.named) == {
        ".git": "hidden",
        "loop": "a link",
        "readme.txt": "a file in no class's folder",
        "light/empty.png": "empty",
        "light/notes.txt": "no bmp, gif, jpeg, jpg or png",
        "light/.hidden.png": "hidden",
        "light/out.png": "a link",
        "light/pipe.png": "not a regular file",
    }
    data = load(msgspec.structs.replace(SMALL, test=0.0), base, 0)
    assert data.train.rows == 24
    assert capsys.readouterr().err.splitlines() == [
        r"left out: light/\x1b[31mred\n.png: no PNG, JPEG, GIF or BMP",
        "left out: light/cut.png: not whole",
    ]


def test_a_whole_disk_is_not_looked_through(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        (base / "pictures" / "dark" / f"{number}.o").touch()
    monkeypatch.setattr(class_folders, "_MOST_OTHERS", 25)
    with pytest.raises(WrongFolder, match="26 files in it are no bmp, gif, jpeg, jpg or png"):
        find_files(base / "pictures", PICTURE_ENDINGS)


def test_the_folders_train_and_test_are_taken_as_they_are(base: Path) -> None:
    for part, each in (("Train", 6), ("val", 2), ("test", 3)):
        write_pictures(base / "parts" / part, each=each)
    data = load(msgspec.structs.replace(SMALL, path="parts"), base, 0)
    rows = {name: split.rows for name, split in data.splits().items()}
    assert rows == {"train": 12, "validation": 4, "test": 6}
    assert data.train.y.tolist() != sorted(data.train.y.tolist())  # the last ones can be held out


@pytest.mark.parametrize(
    ("folder", "classes", "error", "said"),
    [
        ("nowhere", ("a",), WrongFolder, "nowhere: no such file or directory"),
        ("pictures/dark", ("a",), WrongFolder, "dark: there is no folder in it"),
        ("pictures", ("dark", "pink"), TooFewFiles, "the class 'pink' has no file"),
    ],
)
def test_a_folder_that_is_none_says_why(
    base: Path, folder: str, classes: tuple[str, ...], error: type[Exception], said: str
) -> None:
    with pytest.raises(error) as raised:
        load(PictureFolder(folder, classes), base, 0)
    assert str(raised.value).startswith(said)


def test_a_picture_of_ones_own_is_read_as_the_networks_input(base: Path) -> None:
    data = load(SMALL, base, 0)
    picture = base / "pictures" / "dark" / "dark-00.png"
    reader = RowReader(data)
    found = reader.read_typed([str(picture), str(base / "nowhere.png"), "[1, 2]"])
    assert found.places == [0]
    assert any(
        np.array_equal(found.x[0], row) for split in data.splits().values() for row in split.x
    )
    assert found.faults[1].endswith("nowhere.png: no such file or directory")
    assert found.faults[2].startswith("found 2 numbers")
