"""What ``--on`` takes, and what is said of what it does not take."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kertui.cli.main import run

_BEGIN = ["cross-validate", "diabetes", "--detach"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--on", "mars"], "local, ray and ray:HOST:PORT are allowed"),
        (["--on", "ray:box"], "local, ray and ray:HOST:PORT are allowed"),
        (["--on", "ray://box:10001"], "Ray's client loses its runs with its connection"),
        (["--cpus", "2"], "--cpus is of runs on Ray: say --on ray too"),
        (["--gpus", "1"], "--gpus is of runs on Ray: say --on ray too"),
    ],
)
def test_what_is_no_place_is_said(
    words: list[str], said: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*_BEGIN, *words]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert not (home / "groups").exists()


def test_without_ray_it_is_said_what_to_install(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert run([*_BEGIN, "--on", "ray"]) == 1
    assert "pip install 'kertui[cluster]'" in capsys.readouterr().err
    assert not (home / "groups").exists()


def test_a_cluster_that_does_not_answer_is_named(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["cross-validate", "diabetes", "--on", "ray:127.0.0.1:1"]) == 1
    assert "nothing answers at 127.0.0.1:1: Connection refused" in capsys.readouterr().err
    assert not list((home / "groups").iterdir())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--hosts", "2"], "--hosts 2 are machines of a Ray cluster: say --on ray too"),
        (["--on", "ray"], "--on ray is for machines that share a training: say --hosts N"),
        (["--hosts", "1", "--on", "ray"], "1 is not in the range x>=2"),
        (
            ["--hosts", "2", "--on", "ray", "--devices", "all"],
            "--hosts and --devices are not to be had together",
        ),
    ],
)
def test_hosts_that_share_a_training_are_said_with_their_place(
    words: list[str], said: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", "diabetes", *words]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert not (home / "runs").exists()
