from __future__ import annotations

import errno
from pathlib import Path

import pytest

from kertui.dialogs.ask_path import complete, typed_path


def test_a_name_is_completed_as_far_as_it_is_certain(tmp_path: Path) -> None:
    for name in ("xor-one.toml", "xor-two.toml", "notes.txt", ".hidden.toml"):
        (tmp_path / name).touch()
    (tmp_path / "recipes").mkdir()
    assert complete(f"{tmp_path}/x") == (f"{tmp_path}/xor-", ["xor-one.toml", "xor-two.toml"])
    assert complete(f"{tmp_path}/xor-o")[0] == f"{tmp_path}/xor-one.toml"
    assert complete(f"{tmp_path}/r")[0] == f"{tmp_path}/recipes/"
    assert complete(f"{tmp_path}/n") == (f"{tmp_path}/n", [])
    assert complete(f"{tmp_path}/.h")[0] == f"{tmp_path}/.hidden.toml"
    assert complete(f"{tmp_path}/nowhere/x") == (f"{tmp_path}/nowhere/x", [])


def test_links_are_followed_and_what_is_nowhere_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far")
    (tmp_path / "lost").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert complete(f"{tmp_path}/l") == (f"{tmp_path}/link/", ["link/"])


def test_the_home_of_nobody_is_no_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "xor.toml").touch()
    assert complete("~/x") == ("~/xor.toml", ["xor.toml"])
    assert complete("~nobody-of-that-name/x") == ("~nobody-of-that-name/x", [])
    assert typed_path("~nobody-of-that-name/x") == Path("~nobody-of-that-name/x")


def test_a_folder_that_cannot_be_listed_is_not_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    (tmp_path / "loop").symlink_to("loop")
    for folder, error in (("notes.txt", errno.ENOTDIR), ("loop", errno.ELOOP)):
        with pytest.raises(OSError) as raised:  # noqa: PT011 - its number is looked at
            complete(f"{tmp_path}/{folder}/x")
        assert raised.value.errno == error
