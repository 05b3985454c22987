"""The inspector of the Input row: what the network is fed."""

from __future__ import annotations

from collections.abc import Sequence

from kertasks.data.description import Description, FeatureFacts
from kertasks.text.numbers import grouped
from kertui.forms.fields import Entry, Field
from kertui.text.recipe_values import format_number


def data_fields(description: Description | None, waiting: str) -> tuple[Field, ...]:
    """Facts of the data as fields that are only read.

    Args:
        description: None while it is not known.
        waiting: what to say then.
    """
    if description is None:
        return (_fact("rows", waiting),)
    found = [
        _fact(split.name, f"{grouped(split.rows)} rows", _distinct(split.rows, split.distinct_rows))
        for split in description.splits
    ]
    if description.splits:
        first = description.splits[0]
        found.append(_fact("x", _shape(first.x_shape), first.x_dtype))
        found.append(_fact("y", _shape(first.y_shape), first.y_dtype))
    if description.class_names:
        found.append(
            _fact("classes", str(len(description.class_names)), _few(description.class_names))
        )
    if description.target is not None:
        found.append(_fact(description.target.name, _range(description.target)))
    found += _features(description)
    if description.validation_rows_in_training:
        count = grouped(description.validation_rows_in_training)
        found.append(_fact("leak", f"{count} validation rows are training rows too"))
    if description.baseline is not None:
        base = description.baseline
        found.append(_fact("baseline", f"{base.metric} {base.value:.3g}", base.name))
    return tuple(found)


def _features(description: Description) -> list[Field]:
    return [
        _fact(feature.name, _range(feature), f"mean {_short(feature.mean)}")
        for feature in description.features
    ]


def _fact(label: str, text: str, note: str = "") -> Field:
    return Field((label,), label, Entry.FACT, text, changed=True, note=note)


def _distinct(rows: int, distinct: int) -> str:
    return f"{grouped(distinct)} distinct" if distinct != rows else ""


def _shape(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))})" if shape else "one value"


def _few(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 10 else ""


def _range(facts: FeatureFacts) -> str:
    unit = f" {facts.unit}" if facts.unit else ""
    return f"{_short(facts.minimum)} to {_short(facts.maximum)}{unit}"


def _short(value: float) -> str:
    return format_number(float(f"{value:.4g}"))
