"""What a task's card says in lines: its data's facts and features, and its last runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content

from kertasks.data.described.description import Description, FeatureFacts, SplitFacts
from kertasks.runs.home.summary import RunSummary
from kertasks.scores.run_baselines import ERROR, Baseline
from kertasks.text.numbers import NO_VALUE, ago, counted, grouped, in_unit, metric
from kertui.tasks_screen.dataset_drawing import name_ends, short_number
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs
from kertui.text.fitting_text import fitted, wrap_parts
from kertui.text.run_state_look import STATE_LOOKS

_CLASSES_LISTED = 10
_FEATURES_LISTED = 3


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and a value, on one line of the card or wrapped."""

    label: str
    parts: tuple[str, ...]
    """The parts of the value; a line ends between two of them where it can."""

    style: str = ""
    """The style of the value."""

    between: str = ""
    """What stands between two parts on one line."""


def list_facts(
    description: Description, unit: str | None, glyphs: Glyphs, best: Baseline | None = None
) -> list[Fact]:
    """What a person asks before training, in the order asked.

    Args:
        description: of the data.
        unit: a regression target's own unit.
        glyphs: the signs to use.
        best: the best of what learns next to nothing, where that is known.
    """
    dot = f" {glyphs.dot} "
    found = [Fact(split.name, _rows(split), between=dot) for split in description.splits]
    if description.validation_rows_in_training:
        count = grouped(description.validation_rows_in_training)
        found.append(Fact("", (f"{count} validation rows also in training",), "$warning"))
    for fault in description.faults:
        found.append(Fact("", tuple(fault.split(" ")), "$warning", between=" "))
    features = (*_features(description, glyphs), *_of_some_rows(description))
    found.append(Fact("features", features, between=dot))
    if description.constant_features:
        words = f"{counted(description.constant_features, 'feature')} the same in all rows"
        found.append(Fact("", (words,), "$warning"))
    if description.target is not None:
        target = description.target
        ends = (in_unit(target.minimum, unit), in_unit(target.maximum, unit))
        is_plain = unit is None or target.numbers == 0
        text = _range(target, glyphs) if is_plain else f" {glyphs.to} ".join(ends)
        found.append(Fact("target", (f"{target.name} {text}",)))
    if description.class_names:
        found.append(_classes(description, glyphs))
    first = description.baseline
    if first is not None:
        found.append(Fact("baseline", _baseline(first, unit), between=dot))
    if best is not None and (first is None or best.name != first.name):
        found.append(Fact("to beat", _baseline(best, unit), between=dot))
    return found


def _baseline(baseline: Baseline, unit: str | None) -> tuple[str, ...]:
    is_error = baseline.metric == ERROR
    value = in_unit(baseline.value, unit) if is_error else metric(baseline.metric, baseline.value)
    return f"{baseline.metric} {value}", baseline.name


def _rows(split: SplitFacts) -> tuple[str, ...]:
    same = split.distinct_rows == split.rows
    return (
        f"{grouped(split.rows)} rows",
        "all distinct" if same else f"{grouped(split.distinct_rows)} distinct",
    )


def _features(description: Description, glyphs: Glyphs) -> tuple[str, ...]:
    shape = description.splits[0].x_shape if description.splits else ()
    count = (
        f" {glyphs.times} ".join(map(str, shape))
        if len(shape) > 1
        else grouped(description.feature_count)
    )
    ranges = {_range(feature, glyphs) for feature in description.features}
    if not ranges:
        return (count,)
    if len(ranges) == 1:
        return count, ranges.pop()
    if len(description.features) <= _FEATURES_LISTED:
        return count, *(f"{f.name} {_range(f, glyphs)}" for f in description.features)
    known = [feature for feature in description.features if feature.numbers != 0]
    low = min(feature.minimum for feature in known)
    high = max(feature.maximum for feature in known)
    return count, f" {glyphs.to} ".join(name_ends(low, high))


def _of_some_rows(description: Description) -> tuple[str, ...]:
    """Of how many rows the features are described, where it is not all of them."""
    rows = description.feature_rows
    return (f"of {grouped(rows)} rows",) if rows else ()


def _range(feature: FeatureFacts, glyphs: Glyphs) -> str:
    if feature.numbers == 0:
        return "no number"
    text = f" {glyphs.to} ".join(name_ends(feature.minimum, feature.maximum))
    return f"{text} {feature.unit}" if feature.unit else text


def _classes(description: Description, glyphs: Glyphs) -> Fact:
    rows = description.splits[0].class_rows if description.splits else ()
    names = description.class_names
    if len(names) > _CLASSES_LISTED:
        spread = f"{grouped(min(rows))} {glyphs.to} {grouped(max(rows))} rows each" if rows else ""
        return Fact("classes", (f"{len(names)}", spread), between=f" {glyphs.dot} ")
    if not rows:  # a row is of several classes, or of none
        return Fact("classes", names, between="   ")
    parts = tuple(f"{name}: {grouped(count)}" for name, count in zip(names, rows, strict=False))
    return Fact("classes", parts, between="   ")


def draw_facts(found: Sequence[Fact], width: int) -> list[Content]:
    """A line or more a fact: the label dim, the value wrapped beside it."""
    label_width = _label_width(found)
    lines: list[Content] = []
    for fact in found:
        label = fact.label
        for value in wrap_parts(fact.parts, fact.between, max(10, width - label_width)):
            lines.append(Content.assemble((padded(label, label_width), "dim"), (value, fact.style)))
            label = ""
    return lines


def width_of_facts(found: Sequence[Fact], most: int) -> int:
    """The columns the facts take when none is wrapped, but no more than so many."""
    widths = (
        sum(map(cell_len, fact.parts)) + cell_len(fact.between) * (len(fact.parts) - 1)
        for fact in found
    )
    return min(most, _label_width(found) + max(widths, default=0))


def _label_width(found: Sequence[Fact]) -> int:
    return max((cell_len(fact.label) for fact in found), default=0) + 2


def draw_features(description: Description, width: int, glyphs: Glyphs) -> list[Content]:
    """A table of the training rows' features as the network gets them, one a line."""
    head = ("least", "most", "mean", "spread")
    rows = [
        (
            feature.name if feature.name != "all" else f"all {grouped(description.feature_count)}",
            *(
                short_number(value) if feature.numbers != 0 else NO_VALUE
                for value in (
                    feature.minimum,
                    feature.maximum,
                    feature.mean,
                    feature.standard_deviation,
                )
            ),
        )
        for feature in description.features
    ]
    if not rows:
        return []
    title = " ".join(["Features", *_of_some_rows(description)])
    columns = [max(8, *(cell_len(row[place]) for row in rows)) + 1 for place in range(1, 5)]
    name_width = min(
        max(len(title), *(cell_len(row[0]) for row in rows)) + 2, max(10, width - sum(columns))
    )
    heading = "".join(name.rjust(size) for name, size in zip(head, columns, strict=True))
    lines = [Content.assemble((title.ljust(name_width), "bold"), (heading, "dim"))]
    for name, *values in rows:
        cut = fitted(name, name_width - 1, glyphs)
        figures = "".join(value.rjust(size) for value, size in zip(values, columns, strict=True))
        lines.append(Content.assemble((padded(cut, name_width), "dim"), figures))
    return lines


def draw_runs(runs: Sequence[RunSummary], now: float, width: int, glyphs: Glyphs) -> list[Content]:
    """A line a run; a result that does not fit is cut with a sign."""
    rows = [
        (run.state.value, run.recipe, f"{grouped(run.epochs)} epochs", ago(now - run.created))
        for run in runs
    ]
    widths = [max(cell_len(row[column]) for row in rows) for column in range(4)]
    room = width - 2 - sum(widths) - 3 * 4
    lines = []
    for run, (state, recipe, epochs, when) in zip(runs, rows, strict=True):
        fits = cell_len(run.result) <= room or room > 8
        result = fitted(run.result, room, glyphs) if fits else ""
        lines.append(
            Content.assemble(
                "  ",
                (state.ljust(widths[0]), STATE_LOOKS[run.state].style),
                f"   {padded(recipe, widths[1])}",
                (f"   {epochs:>{widths[2]}}", "dim"),
                (f"   {when:>{widths[3]}}", "dim"),
                f"   {result}",
            )
        )
    return lines
