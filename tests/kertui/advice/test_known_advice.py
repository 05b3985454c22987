from __future__ import annotations

from msgspec.structs import replace
from tests.support.advice import FINDINGS, NARROW, REPEATED, SATURATED, trial

from kertasks.registry import find_task
from kertasks.runs.advice.finding import Severity
from kertui.advice.known_advice import Advised, KnownAdvice, fixed_recipe, gather

RECIPE = find_task("xor").recipes["as asked"]


def test_the_worst_comes_first_and_what_was_dismissed_last() -> None:
    found = gather([REPEATED, NARROW, SATURATED], (), {SATURATED.id})
    assert [entry.finding for entry in found] == [NARROW, REPEATED, SATURATED]
    assert [entry.dismissed for entry in found] == [False, False, True]
    known = KnownAdvice(RECIPE, tuple(found))
    assert known.worst == found[0]
    assert (known.more, known.dismissed, known.count(Severity.WARNING)) == (1, 1, 1)


def test_a_remark_never_stands_on_the_line() -> None:
    known = KnownAdvice(RECIPE, tuple(gather([REPEATED], (), ())))
    assert known.worst is None
    assert known.more == 1


def test_what_a_run_shows_again_is_told_once_with_its_latest_epoch() -> None:
    later = replace(NARROW, sentence="layer 1 is dead")
    found = gather(FINDINGS, [(3, NARROW), (9, later)], ())
    assert [(entry.finding, entry.epoch) for entry in found] == [
        (SATURATED, None),
        (later, 9),
        (REPEATED, None),
    ]


def test_two_faults_of_one_rule_in_a_recipe_are_two() -> None:
    other = replace(REPEATED, sentence="8 000 rows repeat 4")
    assert len(gather([REPEATED, other], (), ())) == 2


def test_a_fix_is_offered_unless_it_cannot_be_or_was_tried_in_vain() -> None:
    fixed = fixed_recipe(RECIPE, NARROW, None)
    assert fixed is not None
    assert [layer.arguments["units"] for layer in fixed.layers] == [8, 8, 2, 1]
    assert fixed_recipe(RECIPE, REPEATED, None) is None, "it has no patch"
    assert fixed_recipe(fixed, NARROW, None) is None, "it changes nothing"
    assert fixed_recipe(RECIPE, replace(NARROW, patch=("layers.9.units=8",)), None) is None
    assert Advised(NARROW, fixed=fixed).offered == fixed
    assert Advised(NARROW, fixed=fixed, tried=trial(NARROW)).offered == fixed
    assert Advised(NARROW, fixed=fixed, tried=trial(NARROW, after=0.505)).offered is None


def test_only_alarms_that_nobody_dismissed_are_tried_unasked() -> None:
    fixed = fixed_recipe(RECIPE, NARROW, None)
    open_one = Advised(NARROW, fixed=fixed)
    assert open_one.wants_trial
    assert not Advised(NARROW).wants_trial
    assert not Advised(NARROW, fixed=fixed, dismissed=True).wants_trial
    assert not Advised(NARROW, fixed=fixed, untried="it has one row").wants_trial
    assert not Advised(NARROW, fixed=fixed, tried=trial(NARROW)).wants_trial
    remark = replace(NARROW, severity=Severity.INFO)
    assert not Advised(remark, fixed=fixed).wants_trial
