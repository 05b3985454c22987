"""``--tasks``, ``kertui tasks`` and ``kertui new`` with a task of a person's own code."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.support.task_files import write_task_file

from kertasks.recipes.toml_file import load_recipe
from kertui.cli.main import run


@pytest.fixture
def course(trainer_home: Path, tmp_path: Path) -> Path:
    """A folder with a task and a file that is none."""
    folder = tmp_path / "course"
    write_task_file(folder)
    write_task_file(folder, "TASK = 3", "three.py")
    return folder


def test_a_named_folder_is_known_to_the_command_and_to_no_later_one(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["--tasks", str(course), "tasks"], ["tasks", "--tasks", str(course)]):
        assert run(words) == 0
        out, err = capsys.readouterr()
        assert "YOURS\n  ring" in out
        assert err == (
            "no task: three.py: TASK is of the type int, and has to be a kertasks.Task\n"
        )
    assert "KERTUI_TASKS" not in os.environ
    assert run(["train", "ring"]) == 2
    assert "there is no task 'ring'" in capsys.readouterr().err
    assert run(["train", "three", "--tasks", str(course)]) != 0
    assert "three.py: TASK is of the type int" in capsys.readouterr().err
    assert run(["tasks", "--tasks", str(course / "nowhere")]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_new_lists_what_fits_and_prints_a_recipe_that_can_be_trained(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["new", "ring", "--tasks", str(course)]
    assert run(asked) == 0
    listed = capsys.readouterr().out.splitlines()
    names = [line.split("  ")[0] for line in listed]
    assert names == ["two branches", "dense", "linear", "residual"]
    assert run([*asked, "--template", "residul"]) == 2
    assert "did you mean 'residual'?" in capsys.readouterr().err
    assert run([*asked, "--template", "two branches"]) == 0
    path = tmp_path / "my.toml"
    path.write_text(capsys.readouterr().out)
    recipe = load_recipe(path)
    assert (recipe.task, recipe.name, recipe.data.variant) == ("ring", "two branches", None)
    assert recipe.compile.loss == "binary_crossentropy"


@pytest.mark.training
def test_a_run_of_it_is_trained_and_asked(course: Path, capfd: pytest.CaptureFixture[str]) -> None:
    named = ["--tasks", str(course)]
    assert run([*named, "train", "ring", "--epochs", "2"]) == 0
    assert "finished: 2 epochs" in capfd.readouterr().out
    assert run([*named, "predict", "last", "0.1,1", "--json"]) == 0
    assert json.loads(capfd.readouterr().out.splitlines()[-1])["class"] in (
        "outside",
        "in the ring",
    )
