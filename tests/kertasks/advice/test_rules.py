"""Every rule on plain facts: one case that it fires on, and one just short of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from tests.kertasks.advice.cases import before_training, while_training
from tests.kertasks.advice.cases.plain_facts import (
    LEARNING,
    SOUND,
    classifier,
    dense,
    dropout,
    facts,
    regression,
)

from kertasks.advice.facts import CheckedFact, Facts, FitFacts
from kertasks.advice.rule_table import Rule, advise, all_rules
from kertasks.runs.advice.finding import Fault, Finding, Severity

CASES = before_training.CASES | while_training.CASES
MORE = before_training.MORE | while_training.MORE


def codes(found: Facts) -> set[str]:
    return {finding.code for finding in advise(found)}


def test_nothing_is_said_of_sound_facts() -> None:
    assert advise(SOUND) == []
    assert advise(regression()) == []
    assert advise(classifier()) == []


@pytest.mark.parametrize("code", CASES)
def test_a_rule_fires_and_is_silent_just_short_of_it(code: str) -> None:
    fires, just_short = CASES[code]
    assert code in codes(fires)
    assert code not in codes(just_short)


@pytest.mark.parametrize(
    ("code", "found", "severity"), before_training.SEVERITIES + while_training.SEVERITIES
)
def test_what_is_doubtful_is_a_remark(code: str, found: Facts, severity: Severity) -> None:
    assert [one.severity for one in advise(found) if one.code == code] == [severity]


@pytest.mark.parametrize("code", MORE)
def test_a_rule_with_several_reasons_has_a_case_of_each(code: str) -> None:
    for found, fires in MORE[code]:
        assert (code in codes(found)) is fires


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.__name__)
def test_every_rule_has_a_case_and_one_just_short_of_it(rule: Rule) -> None:
    fires = [found for found, _ in CASES.values()]
    fires += [found for cases in MORE.values() for found, does in cases if does]
    of_rule = {finding.code for found in fires for finding in rule(found)}
    assert of_rule, "no case fires it"
    assert of_rule <= set(CASES), "a code of it has no case, nor one just short of it"


def all_findings() -> Iterator[Finding]:
    for found, _ in CASES.values():
        yield from advise(found)


def test_every_finding_reads_well_and_ends_where_the_line_ends() -> None:
    for finding in all_findings():
        assert finding.sentence
        assert not finding.sentence.endswith("."), finding.sentence
        assert "nan" not in finding.sentence or finding.code == "no-loss-to-begin-with"
        assert all(isinstance(value, (int, float)) for value in finding.numbers.values())


def test_a_patch_is_written_as_set_takes_it() -> None:
    patches = [change for finding in all_findings() for change in finding.patch]
    assert len(patches) > 20
    for change in patches:
        path, _, value = change.partition("=")
        assert path.split(".")[0] in ("layers", "compile", "fit"), change
        assert value, change


def test_smaller_batches_come_with_epochs_where_they_are_not_enough() -> None:
    fit = FitFacts(rows=2_000, epochs=20, batch_size=2_000)
    way = {"strides_left": 0.95, "reach": 0.02}

    def patch(**start: float) -> tuple[str, ...]:
        found = advise(facts(fit=fit, start=way | start))
        return next(one.patch for one in found if one.code == "way-too-short")

    # 63 steps an epoch for one come 1.26 losses far, and 10 are surely enough.
    assert patch() == ("fit.batch_size=32", "fit.epochs=160")
    assert patch(reach=0.2) == ("fit.batch_size=32",)


def test_the_worst_comes_first_and_then_what_is_most_certain() -> None:
    found = facts(
        layers=(dense(16), dropout(0.6), dense(1, "softmax")),
        inputs={"most": 1000.0},
        fit={"batch_size": 2000},
    )
    said_of_it = advise(found)
    assert [finding.severity for finding in said_of_it] == [
        Severity.ERROR, Severity.WARNING, Severity.WARNING, Severity.INFO,
    ]  # fmt: skip
    assert [finding.fault for finding in said_of_it] == [
        Fault.ACTIVATION, Fault.DATA, Fault.REGULARIZATION, Fault.BATCH_SIZE,
    ]  # fmt: skip


def test_what_a_training_shows_is_a_remark_where_its_cause_is_told() -> None:
    stuck = replace(LEARNING, score=0.5)
    narrow = facts(layers=(dense(2), dense(1, "sigmoid")), learning=stuck)
    assert [one.code for one in advise(narrow) if one.is_alarm] == ["narrower-than-the-answer"]
    assert "stuck-at-the-baseline" in codes(narrow)
    # What is shown alone explains nothing.
    shown = facts(fit={"validation_rows": 1001}, learning=stuck)
    assert "stuck-at-the-baseline" in [one.code for one in advise(shown) if one.is_alarm]


def test_the_usual_rate_is_not_what_it_is_stuck_by() -> None:
    stuck = replace(LEARNING, score=0.5, losses=(0.7, 0.7))
    for rate, fault in ((0.0010000000474974513, Fault.ACTIVATION), (0.0001, Fault.LEARNING_RATE)):
        found = advise(facts(learning=stuck, compiled={"learning_rate": rate}))
        assert fault in [one.fault for one in found if one.code == "stuck-at-the-baseline"]
    unlinked = replace(SOUND.targets, linear_score=0.0, curved_score=0.0, scored_rows=200)
    assert Fault.LABELS in [one.fault for one in advise(facts(targets=unlinked, learning=stuck))]


def test_what_a_stranger_named_cannot_break_a_line() -> None:
    hostile = CheckedFact(about="data", reason="x holds \x1b[2Jnan\nin row 3", refused=True)
    (finding,) = advise(facts(checked=(hostile,)))
    assert finding.sentence == "x holds [2Jnan in row 3"
