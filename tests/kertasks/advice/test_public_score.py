"""The floor that ``kertasks.check`` reaches on the public half of the benchmark.

Of its cases those are held that are quick: rows of columns, without recurrent layers. The whole
table is printed by the benchmark's own ``score.py``.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import pytest

import kertasks
from kertasks.runs.advice.finding import Finding

FOLDER = Path(__file__).parents[4] / "shared" / "advice"
QUICK = ("table", "gaussian-blobs", "xor", "bits", "text-ids", "bag-of-words")
SLOW_LAYERS = ("LSTM", "GRU", "RNN")

pytestmark = pytest.mark.skipif(
    not (FOLDER / "score.py").exists(), reason=f"the benchmark is not there: {FOLDER}"
)


@pytest.fixture(scope="module")
def scoring() -> Iterator[tuple[Any, Any]]:
    """The benchmark's own loader and rules of counting."""
    sys.path.insert(0, str(FOLDER))
    try:
        yield importlib.import_module("load_case"), importlib.import_module("score")
    finally:
        sys.path.remove(str(FOLDER))


def forms() -> list[tuple[dict[str, Any], str]]:
    """The quick cases with each form that counts."""
    found = []
    for name in ("pairs", "hard", "correct"):
        for case in json.loads((FOLDER / f"{name}.json").read_text()):
            for which in ("faulty", "fixed", "model"):
                if which not in case or case["data"]["generator"] not in QUICK:
                    continue
                if any(layer in json.dumps(case[which]["layers"]) for layer in SLOW_LAYERS):
                    continue
                effect = case["effect"]
                counts = {
                    "faulty": effect.get("gain") != "none",
                    "fixed": bool(effect.get("fixed_learns")),
                    "model": True,
                }
                if counts[which]:
                    found.append((case, which))
    return found


def alarms(case: dict[str, Any], which: str, load_case: Any) -> list[Finding]:
    keras.utils.set_random_seed(0)
    x, y = load_case.arrays(case, which)
    fit = load_case.fit_arguments(case, which)
    found = kertasks.check(load_case.model(case, which), x, y, **fit)
    return [finding for finding in found if finding.is_alarm]


def test_the_floor_of_the_public_score(scoring: tuple[Any, Any]) -> None:
    load_case, score = scoring
    missed, wrong, false = [], [], []
    all_forms = forms()
    for case, which in all_forms:
        found = alarms(case, which, load_case)
        faults = [str(finding.fault) for finding in found]
        if which == "faulty":
            if not found:
                missed.append(case["id"])
            if not set(faults[:3]) & score.kinds(case["faults"]):
                wrong.append(case["id"])
        else:
            left = score.kinds([*case.get("fixed_leaves", []), *case.get("blemish", [])], wide=True)
            if [fault for fault in faults if fault not in left]:
                false.append(case["id"])
    assert len(all_forms) > 40
    assert (missed, wrong, false) == ([], [], [])
