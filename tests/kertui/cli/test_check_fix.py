"""``kertui check --fix`` and ``-o``: what was tried, and the recipe with what helps."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.trainers import PATIENCE

from kertasks.recipes.toml_file import load_recipe
from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.runs.advice.fix_report import Found, Mended
from kertui.cli.main import run as kertui
from kertui.cli.training.fix import Fixes, result_lines

pytestmark = pytest.mark.training

ADAM = "compile.optimizer={ class = 'Adam', learning_rate = 0.05 }"
SOFTMAX = ("--set", "layers.0.activation=softmax", "--set", ADAM)
"""All epochs are trained in a tenth of a second: what comes out does not depend on the machine."""


def check(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kertui", "check", "threshold", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_what_helps_is_told_and_written(tmp_path: Path) -> None:
    fixed = tmp_path / "mended.toml"
    done = check(*SOFTMAX, "-o", str(fixed))
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    (tried,) = (line for line in lines if "instead of softmax" in line)
    assert tried.startswith("  sigmoid instead of softmax: accuracy 0.")
    assert any(line.startswith("fixed: accuracy 0.") for line in lines)
    assert "  --set 'layers.0.activation=sigmoid'" in lines[lines.index("") :]
    assert lines[-1].startswith(f"{fixed} has it")
    assert max(len(line) for line in lines if not line.startswith(str(tmp_path))) <= 88
    recipe = load_recipe(fixed)
    assert recipe.name == "mended"
    assert recipe.layers[0].arguments["activation"] == "sigmoid"


def test_a_program_gets_what_was_tried_with_each_finding() -> None:
    done = check(*SOFTMAX, "--fix", "--seconds", "9", "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    (softmax,) = (one for one in found if one["code"] == "softmax-on-one-unit")
    (tried,) = softmax["tried"]
    assert tried["patch"] == softmax["patch"] == ["layers.0.activation=sigmoid"]
    assert (tried["metric"], tried["seconds"], tried["helps"]) == ("accuracy", 9, True)
    assert len(tried["before"]) == len(tried["after"]) == 3


def test_where_nothing_helps_that_is_said() -> None:
    nothing = Mended(changes=(), recipe={}, whole=None)
    finding = Finding(
        code="narrow", fault=Fault.LAYERS, severity=Severity.WARNING, sentence="", patch=("a=1",)
    )
    assert result_lines(Fixes(Found(findings=()), [], nothing), 88) == ["there is no fix to try"]
    tried = Fixes(Found(findings=(finding,)), [], nothing)
    assert result_lines(tried, 88) == ["no fix that was tried helps"]


def test_a_file_that_is_there_is_not_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "mine.toml"
    there.write_text("mine")
    assert kertui(["check", "threshold", "-o", str(there)]) == 2
    assert f"{there} is there already; --force replaces it" in capsys.readouterr().err
    assert kertui(["check", "threshold", "-o", str(tmp_path / "no" / "where.toml")]) == 2
    assert "is no folder" in capsys.readouterr().err
    assert there.read_text() == "mine"
