"""The line and the list as rows of cells, without an application."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.advice import FINDINGS, NARROW, REPEATED, SATURATED, trial

from kertasks.registry import find_task
from kertasks.runs.advice.finding import Finding
from kertui.advice.advice_line import advice_row
from kertui.advice.finding_rows import finding_rows
from kertui.advice.finding_words import place_of
from kertui.advice.known_advice import Advised, KnownAdvice, fixed_recipe, gather
from kertui.plotting.strips import text_of
from kertui.terminal.glyphs import ASCII, UNICODE, Glyphs
from kertui.text.finding_look import counted_from_one

RECIPE = find_task("xor").recipes["as asked"]


def advised(finding: Finding, **more: object) -> Advised:
    entry = Advised(finding, fixed=fixed_recipe(RECIPE, finding, None))
    return replace(entry, **more)  # type: ignore[arg-type]


KNOWN = KnownAdvice(
    RECIPE,
    (
        advised(SATURATED, tried=trial(SATURATED)),
        advised(NARROW, tried=trial(NARROW, after=0.5, seeds=1), epoch=1200),
        advised(REPEATED),
    ),
)


def line(known: KnownAdvice, width: int, signs: Glyphs = UNICODE) -> str:
    row = advice_row(known, width, signs)
    assert len(row) == width
    return text_of(row)


def listed(known: KnownAdvice, width: int = 80, signs: Glyphs = UNICODE) -> list[str]:
    rows, _ = finding_rows(known, 0, width, 20, signs)
    assert {len(row) for row in rows} == {width}
    return [text_of(row).rstrip() for row in rows]


def test_the_line_says_what_is_wrong_and_what_trying_the_fix_gave() -> None:
    said = line(KNOWN, 200)
    assert said.startswith(" ✗ layer 4 Dense  softmax over one unit is always 1, whatever")
    assert said.rstrip().endswith("f fix it (tried: 0.500 → 0.980 in 3 s)   i 2 more")


def test_keys_grow_short_before_the_sentence_is_cut() -> None:
    said = line(KNOWN, 120)
    assert SATURATED.sentence in said
    assert said.rstrip().endswith("f fix it (tried: 0.500 → 0.980 in 3 s)   i 2 more")
    assert "layer 4" not in said, "what the list says gives way first"
    assert line(KNOWN, 110).rstrip().endswith("f fix it (0.500 → 0.980)   i 2 more")
    said = line(KNOWN, 80)
    assert said.startswith(" ✗ softmax over one unit is always 1, whatever")
    assert "…" in said, "what is cut is said to be"
    assert said.rstrip().endswith("f fix it   i 2 more")


@pytest.mark.parametrize("width", range(1, 60))
def test_the_line_is_as_wide_as_the_terminal(width: int) -> None:
    line(KNOWN, width)
    line(KnownAdvice(RECIPE, trouble="the process that advises has ended"), width)


def test_the_line_without_a_fix_that_helps_offers_none() -> None:
    in_vain = advised(SATURATED, tried=trial(SATURATED, after=0.5))
    said = line(KnownAdvice(RECIPE, (in_vain,)), 120)
    assert said.rstrip().endswith("i why")
    assert "fix" not in said


def test_a_trial_under_way_and_a_fault_are_said() -> None:
    trying = KnownAdvice(RECIPE, (advised(SATURATED, trying=True),))
    assert "f fix it (trying it)" in line(trying, 120)
    trouble = KnownAdvice(RECIPE, trouble="the process that advises has ended")
    assert line(trouble, 80).strip() == "no advice: the process that advises has ended"
    roles = {role for character, role in advice_row(trouble, 80, UNICODE) if character != " "}
    assert roles == {"dim"}, "a quiet line"


def test_the_line_in_ascii() -> None:
    said = line(KNOWN, 130, ASCII)
    assert said.isascii()
    assert said.startswith(" x softmax over one unit")
    assert "f fix it (tried: 0.500 -> 0.980 in 3 s)" in said


def test_the_list_says_all_of_every_finding() -> None:
    lines = listed(KNOWN)
    assert lines[0] == "▸ ✗ layer 4 Dense  softmax over one unit is always 1, whatever the network"
    text = "\n".join(lines)
    assert "    fix       tanh instead of sigmoid" in lines
    assert "    tried     accuracy 0.500 → 0.980 in 3 s, 3 of 3 seeds" in lines
    assert (
        "  ▲ layer 2 Dense has 2 units: with ReLUs half of the seeds lose one of them for" in lines
    )
    assert "    good  (epoch 1 200)" in lines
    assert "    numbers   units 2 · dead units 0.500" in lines
    assert "0.500 → 0.500 in 3 s, 0 of 1 seeds: it does not help" in text
    assert "  · data  32 000 rows repeat 4" in lines
    for finding in FINDINGS:
        for word in f"{counted_from_one(finding.sentence)} {finding.explanation}".split():
            assert word in text


def test_a_dismissed_finding_is_a_dim_line() -> None:
    entries = gather(FINDINGS, (), {("saturated-output", 3)})
    rows, begins = finding_rows(KnownAdvice(RECIPE, tuple(entries)), 0, 120, 20, UNICODE)
    last = rows[begins[-1]]
    assert "(dismissed)" in text_of(last)
    assert len(rows) == begins[-1] + 1
    assert {role for character, role in last if character != " "} == {"dim"}


def test_the_list_without_findings_says_why() -> None:
    assert "Nothing found" in "\n".join(listed(KnownAdvice(RECIPE)))
    soon = KnownAdvice(RECIPE, looking="Advice arrives in a moment.")
    assert "Advice arrives in a moment." in "\n".join(listed(soon))
    trouble = KnownAdvice(RECIPE, trouble="the process that advises has ended")
    assert "No advice: the process that advises has ended." in "\n".join(listed(trouble))


def test_the_list_in_ascii() -> None:
    assert all(text.isascii() for text in listed(KNOWN, signs=ASCII))


@pytest.mark.parametrize("width", range(1, 60, 3))
def test_the_list_is_as_wide_as_the_terminal(width: int) -> None:
    listed(KNOWN, width)


def test_layers_are_counted_as_on_the_screen() -> None:
    assert place_of(NARROW, RECIPE) == "layer 2 Dense"
    assert place_of(REPEATED, RECIPE) == "data"
