"""Which classes the rows that are held out have, and whether there are such rows at all."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kertasks.data.values import ClassRows, DataValues
from kertasks.models.check import Finding
from kertasks.recipes.recipe import FitSettings
from kertasks.text.numbers import counted, grouped

SHARE = "fit.validation_split"
_MOST_CLASSES = 50
_FEW = 4
_UNLIKELY = 0.01


def rows_trained(rows: int, share: float) -> int:
    """How many of so many rows are left to train on; Keras holds out the last ones."""
    return math.floor(rows * (1.0 - share))


def holds_out(fit: FitSettings, values: DataValues) -> bool:
    """Whether there are rows to validate on."""
    return values.held_out is not None or fit.validation_split > 0


def refused_split(fit: FitSettings, values: DataValues) -> Finding | None:
    """Why the training rows cannot be divided so; None where they can."""
    rows = values.train.x.rows
    if not fit.validation_split or values.held_out is not None or not rows:
        return None
    left = rows_trained(rows, fit.validation_split)
    if 0 < left < rows:
        return None
    share = f"{fit.validation_split:g} of {counted(rows, 'row')} leaves"
    what = "none to validate on" if left else "none to train on"
    return Finding(SHARE, f"{share} {what}; give another share, or 0 for no validation")


def warned_splits(fit: FitSettings, values: DataValues) -> Iterator[Finding]:
    """What is odd about the rows that are held out."""
    held_out = values.held_out
    if fit.validation_split and held_out is not None:
        brings = counted(held_out.x.rows, "row")
        yield Finding(SHARE, f"is not used: the data brings {brings} of its own to validate on")
    if held_out is not None:
        trained, validated = values.train.classes, held_out.classes
        yield from _warned_classes(values, trained, validated, held_out.x.rows, "")
    elif fit.validation_split and values.train.x.rows:
        rows = values.train.x.rows
        begin = rows_trained(rows, fit.validation_split)
        classes = values.train.classes
        yield from _warned_classes(
            values,
            tuple(one for one in classes if one.first < begin),
            tuple(one for one in classes if one.last >= begin),
            rows - begin,
            f"the last {counted(rows - begin, 'row')} are held out as they lie; "
            "rows that are sorted by class must be shuffled before",
        )


def _warned_classes(
    values: DataValues,
    trained: tuple[ClassRows, ...],
    validated: tuple[ClassRows, ...],
    held_out: int,
    why: str,
) -> Iterator[Finding]:
    everything = values.train.rows_of_classes()
    if values.held_out is not None:
        for label, rows in values.held_out.rows_of_classes().items():
            everything[label] = everything.get(label, 0) + rows
    if not values.class_names or not 1 < len(everything) <= _MOST_CLASSES or not held_out:
        return
    seen, known = ([one.label for one in part] for part in (validated, trained))
    share = held_out / values.train.x.rows
    missing = {one: rows for one, rows in everything.items() if one not in seen}
    expected = [rows for rows in missing.values() if rows * share >= 1]
    # A class of few rows may well have none among rows held out by chance.
    by_chance = len(seen) > len(everything) / 2 and all(
        (1.0 - share) ** rows > _UNLIKELY for rows in expected
    )
    is_odd = bool(expected) and not by_chance
    unknown = [one for one in seen if one not in known]
    if not is_odd and not unknown:
        return
    said = []
    if is_odd:
        said.append(f"validation has {len(seen)} of {len(everything)} classes")
    if unknown:
        names = [values.name_of(label) for label in unknown[:_FEW]]
        more = f" and {grouped(len(unknown) - _FEW)} more" if len(unknown) > _FEW else ""
        said.append(f"there is no row to train on of {', '.join(names)}{more}")
    yield Finding(SHARE if why else "", ": ".join(filter(None, ["; ".join(said), why])))
