from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.advice import NARROW, REPEATED

from kertasks.recipes.changes import with_changes
from kertasks.registry import find_task
from kertui.advice.dismissed_findings import FILE, DismissedFindings, NotKept

RECIPE = find_task("xor").recipes["as asked"]


def opened(home: Path) -> DismissedFindings:
    dismissed = DismissedFindings(home)
    dismissed.read()
    return dismissed


def test_it_holds_for_the_recipes_name_whatever_else_changes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    opened(home).keep(RECIPE, NARROW, dismissed=True)
    again = opened(home)
    changed = with_changes(RECIPE, ["layers.0.units=64", "seed=9"])
    assert again.of(changed) == {NARROW.id}
    assert again.of(replace(RECIPE, name="another")) == frozenset()
    assert again.of(replace(RECIPE, task="square")) == frozenset()
    again.keep(changed, NARROW, dismissed=False)
    assert opened(home).of(RECIPE) == frozenset()


def test_the_file_is_private_and_two_write_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    one, other = opened(home), opened(home)
    one.keep(RECIPE, NARROW, dismissed=True)
    other.keep(RECIPE, REPEATED, dismissed=True)
    assert opened(home).of(RECIPE) == {NARROW.id, REPEATED.id}
    assert stat.S_IMODE((home / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@pytest.mark.parametrize("text", ["", "{}", "[[1]]", "[" * 100_000])
def test_a_damaged_file_is_one_that_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert opened(tmp_path).of(RECIPE) == frozenset()
    opened(tmp_path).keep(RECIPE, NARROW, dismissed=True)
    assert opened(tmp_path).of(RECIPE) == {NARROW.id}


def test_what_cannot_be_written_is_so_until_the_end(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file in its place")
    dismissed = opened(tmp_path / "home")
    with pytest.raises(NotKept, match=r"cannot write .*dismissed\.json"):
        dismissed.keep(RECIPE, NARROW, dismissed=True)
    assert dismissed.of(RECIPE) == {NARROW.id}
