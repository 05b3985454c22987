"""A run folder that came from somebody else: what is gone on with, exported or opened of it is
checked as what is trained."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.support.run_folders import write_run

from kertasks.keras_catalog.catalog import Catalog
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.mirrors.home_mark import mark_home
from kertasks.runs.mirrors.mirror_note import MirrorNote, write_note
from kertasks.runs.state import RunState
from kertui.cli.main import run as kertui

SECRET = "root:x:0:0:a secret"


@pytest.fixture
def run(trainer_home: Path, tmp_path: Path) -> RunFolder:
    """A stopped run whose recipe reads a file."""
    secret = tmp_path / "passwd"
    secret.write_text(SECRET)
    run = write_run(RunStore(trainer_home), "xor", "answer", epochs=3, end="stopped")
    recipe = run.recipe_path.read_text()
    layer = f'[[layers]]\nclass = "IntegerLookup"\nvocabulary = "{secret}"\n\n'
    run.recipe_path.write_text(recipe.replace("[[layers]]", layer + "[[layers]]", 1))
    return run


@pytest.mark.parametrize("words", ["resume last", "resume last --epochs 9", "export last -o -"])
def test_a_recipe_that_reads_a_file_is_refused_and_nothing_is_written(
    run: RunFolder, catalog: Catalog, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in run.path.iterdir()}
    assert kertui(words.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "layers.0.vocabulary: found" in err
    assert "a whole number" in err
    assert SECRET not in err
    assert {path: path.read_bytes() for path in run.path.iterdir()} == before


def test_a_link_in_the_place_of_a_network_is_not_exported(
    run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run.model_path.symlink_to(tmp_path / "passwd")
    assert kertui(["export", "last", "-o", str(tmp_path / "network.keras")]) == 1
    assert "model.keras is a link" in capsys.readouterr().err
    assert not (tmp_path / "network.keras").exists()


@pytest.mark.parametrize("to", ["curves.csv", "script.py", "network.keras"])
def test_what_cannot_be_read_is_not_taken_for_nothing(
    trainer_home: Path,
    tmp_path: Path,
    catalog: Catalog,
    to: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = write_run(RunStore(trainer_home), "xor", "answer", epochs=3, end="stopped")
    run.events_path.unlink()
    run.events_path.mkdir()
    run.model_path.mkdir()
    assert kertui(["export", "last", "-o", str(tmp_path / to)]) == 1
    assert "cannot be read: not a regular file" in capsys.readouterr().err
    assert not (tmp_path / to).exists()


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("words", ["resume last", "show last"])
def test_no_host_is_called_that_a_folder_names(
    trainer_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: str,
    marked: bool,
) -> None:
    called = tmp_path / "called"
    ssh = tmp_path / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text(f"#!/bin/sh\ntouch '{called}'\n")
    ssh.chmod(0o700)
    monkeypatch.setenv("PATH", str(ssh.parent), prepend=os.pathsep)
    run = write_run(RunStore(trainer_home), "xor", "answer", epochs=3, end="stopped")
    run.recipe_path.unlink()  # nothing is to be trained here
    write_note(run.path, MirrorNote("evil", "~", RunState.STOPPED))
    if marked:
        mark_home(trainer_home, "evil")
    assert run.mirrored_from == ("evil" if marked else None)
    status = kertui(words.split())
    err = capsys.readouterr().err
    if marked:
        assert status == 1
        assert "only followed here: do that on evil" in err
    assert not called.exists()
