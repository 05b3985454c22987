"""The two files by which a viewer and a trainer talk: what is asked, answered, left and refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kertasks.runs.looking import look_files
from kertasks.runs.looking.look_files import MOST_VIEWERS, Viewer, Viewers
from kertasks.runs.looking.view import Look, Rows, decode_look, decode_request, encode_request
from kertasks.runs.views.confusion_matrix import ClassFigures, ConfusionMatrix, ConfusionRequest

ALL = ConfusionRequest()
TRAINED = ConfusionRequest(Rows.TRAIN)
SURE = ClassFigures(1.0, 1.0, 1.0, 1)
MATRIX = ConfusionMatrix(
    Rows.TRAIN, 2, ("a\x1b[31m", "b"), ((1, 0), (0, 1)), (SURE, SURE), 1.0, 0.34, 1.0
)


def test_an_answer_comes_back_once_and_clean(tmp_path: Path) -> None:
    viewer, viewers = Viewer(tmp_path), Viewers(tmp_path)
    assert viewers.look() == []
    viewer.ask(ALL)
    (asked,) = viewers.look()
    assert (asked.request, asked.is_new) == (ALL, True)
    assert viewer.read() is None
    viewers.answer(asked, Look(ALL, 7, 3, MATRIX))
    look = viewer.read()
    assert look is not None
    assert (look.epoch, look.step, look.request) == (7, 3, ALL)
    assert isinstance(look.record, ConfusionMatrix)
    assert look.record.classes == ("a[31m", "b")
    assert viewer.read() is None
    (asked,) = viewers.look()
    assert not asked.is_new


def test_another_request_is_new_and_a_touch_is_none(tmp_path: Path) -> None:
    viewer, viewers = Viewer(tmp_path), Viewers(tmp_path)
    viewer.ask(ALL)
    viewers.answer(viewers.look()[0], Look(ALL, 1))
    os.utime(next(tmp_path.glob("looking/ask-*")))
    assert [asked.is_new for asked in viewers.look()] == [False]
    viewer.ask(TRAINED)
    assert [(asked.request, asked.is_new) for asked in viewers.look()] == [(TRAINED, True)]


def test_a_request_is_heard_whose_file_has_the_number_of_the_one_before(tmp_path: Path) -> None:
    """As where two come between two looks, and the second has the first one's number again."""
    viewer, viewers = Viewer(tmp_path), Viewers(tmp_path)
    viewer.ask(ALL)
    viewers.answer(viewers.look()[0], Look(ALL, 1))
    (file,) = tmp_path.glob("looking/ask-*")
    number = file.stat().st_ino
    file.write_bytes(encode_request(TRAINED))
    os.utime(file, ns=(1, 1))
    assert file.stat().st_ino == number
    assert [(asked.request, asked.is_new) for asked in viewers.look()] == [(TRAINED, True)]


def test_a_viewer_who_is_gone_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer, viewers = Viewer(tmp_path), Viewers(tmp_path)
    viewer.ask(ALL)
    viewers.answer(viewers.look()[0], Look(ALL, 1))
    monkeypatch.setattr(look_files, "_GONE", 0.0)
    assert viewers.look() == []
    assert list(tmp_path.glob("looking/*")) == []


def test_who_leaves_or_is_told_to_leaves_nothing_behind(tmp_path: Path) -> None:
    viewer, viewers = Viewer(tmp_path), Viewers(tmp_path)
    viewer.ask(ALL)
    viewers.answer(viewers.look()[0], Look(ALL, 1))
    viewer.leave()
    assert list(tmp_path.glob("looking/*")) == []
    viewer.ask(ALL)
    viewers.close()
    assert list(tmp_path.iterdir()) == []


def test_no_more_than_a_few_are_answered(tmp_path: Path) -> None:
    for _ in range(MOST_VIEWERS + 2):
        Viewer(tmp_path).ask(ALL)
    assert len(Viewers(tmp_path).look()) == MOST_VIEWERS


def test_files_are_private(tmp_path: Path) -> None:
    Viewer(tmp_path).ask(ALL)
    folder = tmp_path / "looking"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("data", [b"", b"\xff" * 40, b"\x81\xa4view\xa4none", b"{}"], ids=repr)
def test_what_is_no_request_is_passed_over(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (its text is never shown)
        decode_request(data)
    with pytest.raises(ValueError):  # noqa: PT011
        decode_look(data)
    folder = tmp_path / "looking"
    folder.mkdir()
    (folder / f"ask-{16 * '0'}").write_bytes(data)
    assert Viewers(tmp_path).look() == []


def test_a_stranger_s_links_and_pipes_lead_nowhere(tmp_path: Path) -> None:
    run, elsewhere = tmp_path / "run", tmp_path / "elsewhere"
    run.mkdir()
    elsewhere.mkdir()
    (run / "looking").symlink_to(elsewhere)
    with pytest.raises(OSError, match="is a link"):
        Viewer(run).ask(ALL)
    viewers = Viewers(run)
    assert viewers.look() == []
    viewers.close()
    assert list(elsewhere.iterdir()) == []
    (run / "looking").unlink()
    (run / "looking").mkdir()
    os.mkfifo(run / "looking" / f"ask-{16 * 'a'}")
    assert viewers.look() == []
