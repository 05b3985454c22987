"""The columns of a table of runs: what each says, how wide it is, what gives way.

The command line and the screen show the same table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from rich.cells import cell_len

from kertasks.runs.home.listing import SortKey
from kertasks.runs.home.summary import RunSummary
from kertasks.text.numbers import (
    NO_VALUE,
    ago,
    duration,
    grouped,
    in_unit,
    metric,
    metric_label,
    number,
)
from kertasks.text.result import compared, gain_in_short

GAP = 2
"""Blanks between two columns."""


@dataclass(frozen=True, slots=True)
class RunColumn:
    """A column of the table: which value it shows, and in which width."""

    key: SortKey
    width: int
    """The least width in characters."""

    text: Callable[[RunSummary, float], str]
    """Gives the text for a run at a Unix time in seconds."""

    right: bool = False
    """Whether its texts stand to the right, as numbers do."""

    most: int = 0
    """The greatest width, where the others leave room; 0 for no more than ``width``."""

    short: Callable[[RunSummary], str] = lambda _: ""
    """Gives a shorter text of a run where there is one; empty where not."""

    def fitting(self, run: RunSummary, now: float, width: int) -> str:
        """The text, or the shorter one where it does not fit into so many cells."""
        text = self.text(run, now)
        return text if cell_len(text) <= width else self.short(run) or text

    @property
    def title(self) -> str:
        """The word in the head of the table."""
        return self.key.value


def epochs_text(run: RunSummary) -> str:
    """``"200 000"``, and of a run that goes on how many of how many: ``"412/1 000"``."""
    planned = f"/{grouped(run.planned)}" if run.planned else ""
    return f"{grouped(run.epochs)}{planned}"


def best_text(run: RunSummary) -> str:
    """The loss of the best epoch, and of which rows: ``"val 0.2213"``, ``"train 0.171"``."""
    found = run.best_loss
    if found is None:
        return NO_VALUE
    rows = "val" if found[0] == "val_loss" else "train"
    for digits in (4, 3, 2):  # an exponent that is cut would be another number
        value = number(found[1], digits)
        if len(value) <= _LONGEST_LOSS:
            break
    return f"{rows} {value}"


def test_text(run: RunSummary) -> str:
    """The test result in short: ``"accuracy 0.750"``, ``"error $2,640"``, ``"error 44.16"``."""
    if run.not_finite_since is not None:
        return f"not finite since {grouped(run.not_finite_since)}"
    found = run.test_value
    if found is None:
        return NO_VALUE
    name, value = found
    if name in ("mae", "mean_absolute_error"):
        return f"error {in_unit(value, _money(run.unit))}"
    words = "accuracy" if "accuracy" in name else metric_label(name)
    return f"{words} {metric(name, value)}"


def gain_text(run: RunSummary) -> str:
    """How the test result is beside the baseline: ``"+0.213 on logistic regression"``."""
    found = dict([run.test_value]) if run.test_value and run.not_finite_since is None else {}
    return compared(run.baseline, found, _money(run.unit)) or NO_VALUE


def _short_gain(run: RunSummary) -> str:
    if run.gain is None or run.baseline is None or run.not_finite_since is not None:
        return NO_VALUE
    return gain_in_short(run.baseline, run.gain, _money(run.unit))


def _money(unit: str | None) -> str | None:
    """The unit where it is one of money; one that is a word has no room in a column."""
    return unit if unit is not None and unit[:1] in "$€£¥" else None


_LONGEST_LOSS = 6
_LONGEST_TASK = 13
_LONGEST_RECIPE = 56
"""More would put a run's numbers too far from its name to read along."""

_STATE = RunColumn(SortKey.STATE, 8, lambda run, _: run.state.value)
_TASK = RunColumn(SortKey.TASK, _LONGEST_TASK, lambda run, _: run.task)
_NARROW_TASK = RunColumn(SortKey.TASK, 9, lambda run, _: run.task, most=_LONGEST_TASK)
_RECIPE = RunColumn(SortKey.RECIPE, 12, lambda run, _: run.title, most=_LONGEST_RECIPE)
_EPOCHS = RunColumn(SortKey.EPOCHS, 15, lambda run, _: epochs_text(run), right=True)
_NARROW_EPOCHS = RunColumn(SortKey.EPOCHS, 9, lambda run, _: grouped(run.epochs), right=True)
_BEST = RunColumn(
    SortKey.BEST, len("train ") + _LONGEST_LOSS, lambda run, _: best_text(run), right=True
)
_TEST = RunColumn(
    SortKey.TEST,
    14,
    lambda run, _: test_text(run),
    right=True,
    most=24,
    short=lambda run: "" if run.not_finite_since is None else "not finite",
)
_GAIN = RunColumn(
    SortKey.GAIN,
    len("on baseline"),
    lambda run, _: gain_text(run),
    right=True,
    short=_short_gain,
)
_WIDE_GAIN = replace(_GAIN, width=len("$10,000 less than linear regression"))
_TIME = RunColumn(
    SortKey.TIME,
    7,
    lambda run, _: NO_VALUE if run.seconds is None else duration(run.seconds),
    right=True,
)
_WHEN = RunColumn(SortKey.WHEN, 12, lambda run, now: ago(now - run.created), right=True)
_DEVICE = RunColumn(SortKey.DEVICE, 16, lambda run, _: run.device or NO_VALUE)

_FORMS = (
    (_STATE, _TASK, _RECIPE, _EPOCHS, _BEST, _TEST, _WIDE_GAIN, _TIME, _WHEN, _DEVICE),
    (_STATE, _TASK, _RECIPE, _EPOCHS, _BEST, _TEST, _GAIN, _TIME, _WHEN, _DEVICE),
    (_STATE, _TASK, _RECIPE, _EPOCHS, _BEST, _TEST, _GAIN, _TIME, _WHEN),
    (_STATE, _TASK, _RECIPE, _EPOCHS, _BEST, _TEST, _GAIN, _WHEN),
    (_STATE, _TASK, _RECIPE, _EPOCHS, _BEST, _TEST, _WHEN),
    (_STATE, _TASK, _RECIPE, _NARROW_EPOCHS, _BEST, _TEST, _WHEN),
    (_STATE, _NARROW_TASK, _RECIPE, _NARROW_EPOCHS, _TEST, _WHEN),
    (_STATE, _NARROW_TASK, _RECIPE, _NARROW_EPOCHS, _TEST),
    (_STATE, _NARROW_TASK, _RECIPE, _NARROW_EPOCHS),
    (_STATE, _NARROW_TASK, _RECIPE),
)
"""From wide to narrow."""


def columns_for(width: int) -> list[tuple[RunColumn, int]]:
    """The columns that fit into so many characters, each with the width it gets.

    What they leave goes to the first that can be wider: the task, then the recipe.
    """
    for form in _FORMS:
        taken = sum(column.width for column in form) + GAP * (len(form) - 1)
        if taken <= width:
            break
    left = max(0, width - taken)
    columns = []
    for column in form:
        more = max(0, min(left, column.most - column.width))
        left -= more
        columns.append((column, column.width + more))
    return columns
