"""What ``kertui show`` prints: a tab of the live pane as plain text, of any epoch that is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.run_folders import NOON, write_run

from kertasks.recipes.changes import with_changes
from kertasks.registry import find_task
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.looking.kept_epochs import kept_path
from kertui.cli.main import run


def shown(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    assert run(["show", "last", "--width", "76", "--height", "20", *words]) == status
    said = capsys.readouterr()
    return said.err if status else said.out


@pytest.fixture
def recorded(home: Path) -> RunFolder:
    """A run of twenty epochs, of which two are kept."""
    run = write_run(RunStore(home), "xor", "answer", epochs=20, began=NOON, held_out=False)
    run.epochs_path.mkdir()
    for epoch in (1, 8):
        kept_path(run.epochs_path, epoch).touch()
    return run


def test_the_curves_are_those_of_the_pane_with_the_epoch_that_is_asked_for(
    recorded: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(capsys, "--ascii")
    head, rest = text.split("\n\n", 1)
    assert head.splitlines()[0] == "xor answer"
    assert head.splitlines()[2] == recorded.id
    assert rest.startswith("loss  ")
    assert len(rest.splitlines()) <= 20
    assert max(map(len, text.splitlines())) <= 76
    assert text.isascii()
    value = RunHistory.read(recorded.events_path).value_at("loss", 8)
    at = shown(capsys, "--ascii", "--epoch", "8")
    assert "loss  epoch 8" in at
    assert f"{value:.4f}" in at


@pytest.mark.usefixtures("recorded")
def test_what_there_is_not_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean 'curves'? Allowed:" in shown(capsys, "--tab", "curve", status=2)
    said = shown(capsys, "--epoch", "7", status=2)
    assert "the weights of epoch 7 are not kept; the nearest is 8" in said


@pytest.mark.training
def test_a_tab_is_computed_with_the_weights_of_an_epoch(
    trainer_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from kertasks.trainer.dataset_cache import DatasetCache
    from kertasks.trainer.process.claiming import claim
    from kertasks.trainer.run import train

    recipe = with_changes(find_task("xor").recipes["answer"], ["fit.epochs=400"])
    run = RunStore(trainer_home / "trained").create(recipe)
    assert train(claim(run.path), DatasetCache(), "CPU")
    home = ("--home", str(trainer_home / "trained"))
    text = shown(capsys, *home, "--tab", "classes", "--epoch", "200")
    assert "epoch 200 · 4 training rows" in text
    (accuracy,) = (line.split()[1] for line in text.splitlines() if line.startswith("accuracy"))
    # Of the weights after the epoch: what was measured in it is of those in its course.
    assert float(accuracy) in (0.5, 0.75, 1.0)


def test_a_home_without_runs_has_none_of_that_name(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not home.exists()
    assert run(["show", "nothing"]) == 2
    assert "there is no run 'nothing', nor any other." in capsys.readouterr().err
