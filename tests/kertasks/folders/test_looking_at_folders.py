"""Looks at folders: what they are, what is suggested, and what is wrong with them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from tests.support.picture_files import write_pictures, write_texts

from kertasks.folders import folder_digest
from kertasks.folders.class_folders import WrongFolder
from kertasks.folders.folder_look import ClassCount, FolderLook, LeftOutFile, SizeCount
from kertasks.folders.looking_at_folders import look
from kertasks.folders.pictures.picture_folder import PictureFolder
from kertasks.folders.texts.text_folder import TextFolder
from kertasks.tables.table_requests import LookAnswer, LookRequest


def test_pictures_are_counted_and_a_size_is_suggested(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "p", each=10)
    write_pictures(tmp_path / "more", ("big",), each=10, side=100)
    (tmp_path / "more" / "big").rename(folder / "big")
    (folder / "big" / "cut.png").write_bytes((folder / "big" / "big-00.png").read_bytes()[:-5])
    (folder / "big" / "\x1b]0;x\x07.png").write_bytes(b"a text")
    found = look(folder)
    assert found.data == PictureFolder(
        str(folder),
        ("big", "dark", "light"),
        height=8,
        width=8,
        digest=found.data.digest,
        rows=30,
    )
    assert found.classes[0] == ClassCount("big", train=10)
    assert found.sizes == (SizeCount(8, 8, 20), SizeCount(100, 100, 10))
    assert found.left_out_count == 2
    assert set(found.left_out) == {
        LeftOutFile("big/cut.png", "not whole"),
        LeftOutFile(r"big/\x1b]0;x\x07.png", "no PNG, JPEG, GIF or BMP"),
    }
    assert (found.problems, found.warnings) == ((), ())
    assert found.recipe


def test_what_is_said_of_a_folder_stays_and_its_changes_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_pictures(tmp_path / "p", each=10)
    before = look(folder).data
    assert isinstance(before, PictureFolder)
    said = msgspec.structs.replace(before, classes=("light", "dark"), width=4, colour=True)
    (folder / "dark" / "dark-00.png").unlink()
    found = look(folder, said)
    assert isinstance(found.data, PictureFolder)
    assert (found.data.classes, found.data.width, found.data.colour) == (said.classes, 4, True)
    changed = "the folder has changed since it was looked at: "
    assert found.warnings == (f"{changed}20 then, 19 now",)
    picture = folder / "dark" / "dark-01.png"
    content, times = picture.read_bytes(), (picture.stat().st_atime_ns, picture.stat().st_mtime_ns)
    picture.write_bytes(content[:-1] + b"?")  # as many bytes
    other = look(folder, found.data)
    assert other.warnings == (
        f"{changed}as many files, of which one or more have another name or hold something else",
    )
    picture.write_bytes(content)
    assert look(folder, found.data).warnings == ()  # another time alone is no change
    os.utime(picture, ns=times)
    monkeypatch.setattr(folder_digest, "MOST_BYTES", 100)  # as of one that is too large to be read
    large = look(folder).data
    assert large.digest.startswith("state:")
    picture.touch()
    assert look(folder, large).warnings == (
        f"{changed}as many files, of which one or more have another name, size or time of change",
    )


def test_the_same_picture_in_two_places_is_named(tmp_path: Path) -> None:
    for part, each in (("train", 6), ("test", 3)):
        write_pictures(tmp_path / "p" / part, each=each)
    inside = tmp_path / "p" / "train"
    (inside / "light" / "again.png").write_bytes((inside / "dark" / "dark-04.png").read_bytes())
    found = look(tmp_path / "p")
    assert found.parts == ("train", "test")
    assert found.classes == (ClassCount("dark", 6, 0, 3), ClassCount("light", 7, 0, 3))
    assert found.warnings[:2] == (
        "train/dark/dark-04.png and train/light/again.png are the same, in two classes",
        "train/dark/dark-00.png and test/dark/dark-00.png are the same, to train and to test",
    )


def test_texts_are_known_by_their_number_and_one_class_is_too_few(tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "t", each=4)
    (folder / "bad" / "a.png").write_bytes(b"no picture")
    found = look(folder)
    assert isinstance(found.data, TextFolder)
    assert found.data.rows == 8
    assert found.problems == ("20 % of 8 files is too little for 2 classes",)
    write_texts(tmp_path / "one")
    for path in (tmp_path / "one" / "bad").iterdir():
        path.unlink()
    (tmp_path / "one" / "bad").rmdir()
    assert look(tmp_path / "one").problems == ("there is one class, good; wanted: two or more",)
    (tmp_path / "none" / "a").mkdir(parents=True)
    with pytest.raises(WrongFolder, match="has pictures or texts"):
        look(tmp_path / "none")


def test_the_process_of_tables_looks_at_folders_too(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "p", each=10)
    asked = [LookRequest(str(folder)), LookRequest(str(tmp_path / "nowhere"))]
    lines = b"".join(msgspec.json.encode(one) + b"\n" for one in asked)
    # The input stays open until both answers are there: it ends a look that goes on.
    with subprocess.Popen(
        [sys.executable, "-m", "kertasks.tables"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(lines)
        process.stdin.flush()
        first, second = (
            msgspec.json.decode(process.stdout.readline(), type=LookAnswer) for _ in asked
        )
        process.stdin.close()
    assert isinstance(first.folder, FolderLook)
    assert first.folder == look(folder)
    assert "no such file" in second.error
