"""``kertui check --fix``: patches that were tried, and the recipe with those that help."""

from __future__ import annotations

import sys
from textwrap import wrap
from typing import Any

import click
import msgspec

from kertasks.recipes.json_form import from_json
from kertasks.recipes.recipe import Recipe
from kertasks.runs.advice.finding import Finding
from kertasks.runs.advice.fix_report import FixTried, Found, Mended
from kertui.cli.progress.status_line import StatusLine
from kertui.cli.training.advice_process import NoAdvice, fixes_told
from kertui.text.patch_words import patch_in_words


class Fixes:
    """What was tried of a recipe.

    Args:
        found: what is wrong with it.
        tried: what came of each patch, in order.
        mended: what it became.
    """

    def __init__(self, found: Found, tried: list[FixTried], mended: Mended) -> None:
        self.findings = list(found.findings)
        self.mended = mended
        self._tried = tried
        known = {finding.id for finding in self.findings}
        for one in tried:  # some are only found after others are mended
            if one.finding.id not in known:
                known.add(one.finding.id)
                self.findings.append(one.finding)

    def of(self, finding: Finding) -> list[FixTried]:
        """What was tried to mend a finding."""
        return [one for one in self._tried if one.finding.id == finding.id]

    @property
    def recipe(self) -> Recipe:
        """The recipe with all that helped."""
        return from_json(self.mended.recipe)


def ask_for_fixes(recipe: Recipe, seconds: float, train: float) -> Fixes:
    """Have a process that has Keras try the patches; on a terminal a line says which.

    Args:
        recipe: what is to be mended.
        seconds: how long each training goes on.
        train: how long a copy is trained before, to find out more.

    Raises:
        NoAdvice: the process cannot be started, or has ended.
    """
    line = StatusLine(sys.stderr)
    found, mended = Found(findings=()), None
    tried: list[FixTried] = []
    try:
        for told in fixes_told(recipe, seconds, train):
            if isinstance(told, Found):
                found = told
            elif isinstance(told, FixTried):
                tried.append(told)
            elif isinstance(told, Mended):
                mended = told
            elif line.live:
                line.show(f"trying {', '.join(told.patch)} {line.signs.ellipsis}", now=True)
    finally:
        line.clear()
    if mended is None:
        raise NoAdvice("the process that tries fixes has ended")  # without a word
    return Fixes(found, tried, mended)


def as_json(fixes: Fixes) -> list[dict[str, Any]]:
    """The findings as plain data, each with what was tried to mend it."""
    plain = []
    for finding in fixes.findings:
        tried = [
            msgspec.to_builtins(one.tried) | {"helps": one.tried.helps} for one in fixes.of(finding)
        ]
        plain.append(msgspec.to_builtins(finding) | {"tried": tried})
    return plain


def tried_lines(fixes: Fixes, finding: Finding, width: int) -> list[str]:
    """What came of the fixes of a finding; those that did not help are dim."""
    lines = []
    for one in fixes.of(finding):
        words = patch_in_words(from_json(one.recipe), one.tried.patch)
        text = f"{words}: {one.tried}"
        told = text if one.tried.helps else f"tried without help: {text}"
        wrapped = wrap(told, width, initial_indent="  ", subsequent_indent="    ")
        lines += wrapped if one.tried.helps else [click.style(each, dim=True) for each in wrapped]
    return lines


def result_lines(fixes: Fixes, width: int) -> list[str]:
    """What the recipe became."""
    mended = fixes.mended
    if mended.whole is None:
        known = any(finding.patch for finding in fixes.findings if finding.is_alarm)
        return ["no fix that was tried helps" if known else "there is no fix to try"]
    lines = wrap(f"fixed: {mended.whole}", width, subsequent_indent="  ")
    return lines + [f"  --set '{change}'" for change in mended.changes]
