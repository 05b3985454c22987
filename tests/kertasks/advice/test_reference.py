"""The table of findings names every one there is."""

from __future__ import annotations

from pathlib import Path

from tests.kertasks.advice.cases import before_training, while_training

import kertasks.advice

REFERENCE = Path(kertasks.advice.__file__).parent / "README.md"
OF_CHECK = {"check-layer", "check-optimizer", "check-lookup"}
"""Whose facts are another code's with another word."""


def test_every_finding_stands_in_the_table_and_no_other() -> None:
    rows = [line for line in REFERENCE.read_text().splitlines() if line.startswith("| `")]
    named = {code.strip(" `") for row in rows for code in row.split("|")[1].split(",")}
    assert named == {*before_training.CASES, *while_training.CASES, *OF_CHECK}
