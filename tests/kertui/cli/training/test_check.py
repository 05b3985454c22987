"""``kertui check`` as a person and a program use it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from tests.support.trainers import PATIENCE

from kertasks.runs.advice.finding import Finding
from kertui.cli.main import run as kertui

pytestmark = pytest.mark.training


def check(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kertui", "check", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.stderr == ""
    return done


def test_a_person_reads_what_it_is_why_and_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'task = "xor"\n[[layers]]\nclass = "Dense"\nunits = 1\nactivation = "sigmoid"\n'
        '[compile]\noptimizer = "Adadelta"\nloss = "binary_crossentropy"\n[fit]\nepochs = 200\n'
    )
    done = check("xor", "--recipe", str(file))
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines[0] == "xor mine: 1 finding, 1 remark"
    assert lines[2].startswith("warning  learning-rate: Adadelta at 1e-3 hardly moves")
    assert "  --set 'compile.optimizer.learning_rate=1.0'" in lines
    assert max(map(len, lines)) <= 88


def test_a_program_gets_an_array_and_remarks_are_no_failure() -> None:
    done = check(
        "xor", "--set", "fit.batch_size=8", "--set", "fit.epochs=2000", "--train", "--json"
    )
    found = msgspec.json.decode(done.stdout, type=list[Finding])
    assert done.returncode == 0
    assert "batch-larger-than-data" in [finding.code for finding in found]
    assert not any(finding.is_alarm for finding in found)
    first = json.loads(done.stdout)[0]
    assert {"code", "fault", "severity", "layer", "sentence", "numbers", "patch"} <= set(first)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["xors"], "did you mean 'xor'?"),
        (["xor", "--recipe", "anser"], "did you mean 'answer'?"),
        (["xor", "--set", "fit.epoch=3"], "did you mean fit.epochs?"),
    ],
)
def test_wrong_usage_is_said_before_a_process_starts(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kertui(["check", *words]) == 2
    assert said in capsys.readouterr().err
