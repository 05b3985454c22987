"""What may be asked of a sweep of a program, and what a program is given."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kertasks.groups.script_sweep.asked import ScriptSweep
from kertasks.groups.sweep.dimension import Range
from kertasks.groups.sweep.wishes import Wishes
from kertasks.recipes.recipe_errors import RecipeError
from kertui.cli.groups.script_sweep.asking import script_sweep_of, split_arguments
from kertui.cli.main import kertui


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "train.py"
    path.write_text("print('never run')\n")
    return path


def asked(program: Path, *arguments: str, seeds: int = 1, seed: str | None = None) -> ScriptSweep:
    wishes = Wishes(None, None, seeds, 0, False, None, None)
    return script_sweep_of(program, arguments, ("last",), wishes, seed=4, seed_argument=seed)


def test_a_trial_gives_the_program_its_values_then_what_all_have(program: Path) -> None:
    found = asked(program, "lr=0.1,0.01", "-o='a b',sgd", "epochs=3", seeds=2, seed="seed")
    first, second = found.parts
    words = ("--lr", "0.01", "-o", "a b", "--seed", "4", "--epochs", "3", "last")
    assert first.words(("0.01", "'a b'")) == words
    assert second.words(("0.1", "sgd"))[4:6] == ("--seed", "5")
    assert [part.key(3) for part in found.parts] == ["trial 3, seed 4", "trial 3, seed 5"]
    assert (found.search, found.trials, found.runs) == ("grid", 4, 8)
    assert (found.script, found.folder) == (str(program), str(program.parent))
    assert asked(program, "lr=1e-4..1e-1:log").dimensions == (Range("lr", 1e-4, 1e-1, log=True),)


def test_what_does_not_go_together_is_refused_in_a_sentence(program: Path) -> None:
    wrong = ("lr", "=1,2", "--=1,2", "lr=", "a b=1,2")
    for one in wrong:
        with pytest.raises(click.UsageError, match="NAME=VALUES"):
            split_arguments([one])
    with pytest.raises(click.UsageError, match="--lr has its values already"):
        split_arguments(["lr=1,2", "--lr=3"])
    with pytest.raises(RecipeError):
        split_arguments(["lr=2..1"])
    with pytest.raises(click.UsageError, match="--seed-arg"):
        asked(program, "lr=1,2", seeds=2)
    with pytest.raises(click.UsageError, match="leave out --seed-arg"):
        asked(program, "seed=1,2", seed="--seed")
    with pytest.raises(click.UsageError, match="nothing is varied"):
        asked(program, "lr=1")
    begin = ("sweep", "--script", str(program), "--arg", "lr=1,2")
    for option in (
        ("--recipe", "a"),
        ("--set", "seed=1,2"),
        ("--folds", "3"),
        ("--prune",),
        ("-o", "best.toml"),
    ):
        done = CliRunner().invoke(kertui, [*begin, *option])
        assert done.exit_code == 2
        assert "with --script: " in done.output
    done = CliRunner().invoke(kertui, [*begin, "--delimiter", "tab"])
    assert done.exit_code == 2
    assert "train.py is a program: --delimiter tab is of a table's file" in done.output
    for words in (("sweep",), ("sweep", "xor", "more"), ("sweep", "xor", "--arg", "lr=1,2")):
        assert CliRunner().invoke(kertui, words).exit_code == 2


def test_a_dry_run_says_the_commands(program: Path) -> None:
    begin = ("sweep", "--script", "train.py", "--arg", "--lr=1,2", "--dry-run")
    done = CliRunner().invoke(kertui, [*begin, "--", "--epochs", "5"])
    assert done.output == (
        "kertui run train.py --lr 1 --epochs 5\n"
        "kertui run train.py --lr 2 --epochs 5\n"
        "2 trials: train.py is run 2 times\n"
    )
