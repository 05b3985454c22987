"""Whether the sizes of an output and of the labels go together, judged before Keras is asked.

Keras takes some mismatches without a word: it repeats the smaller one.
"""

from __future__ import annotations

from typing import TypeAlias

from kertasks.models.check import DataShape
from kertasks.recipes.recipe import Component

Sizes: TypeAlias = tuple[int, ...]
"""Of one row, without the batch."""


def mismatch_of_sizes(
    loss: str | Component, sizes: Sizes, shape: DataShape, *, by_names: bool = True
) -> str | None:
    """What does not fit, in one line, or None.

    Args:
        loss: the recipe's loss.
        sizes: of one row of the output.
        shape: of the data.
        by_names: whether there must be a class number for each class that has a name; else the
            labels themselves are held against the output elsewhere.
    """
    name = loss.class_name if isinstance(loss, Component) else loss
    last = sizes[-1] if sizes else 1
    target = shape.target_shape
    if name.lower() in ("ctc", "circle"):
        return None
    if is_sparse(name, sizes, shape):
        return _mismatch_of_class_numbers(sizes, last, shape, by_names)
    if squeezed(sizes) == squeezed(target):
        return None
    mismatch = f"the output has {written(sizes)} a row, the labels have {written(target)}"
    if not target and last == shape.classes and "categorical" in name.lower():
        mismatch += "; sparse_categorical_crossentropy takes class numbers"
    return mismatch


def is_sparse(loss: str, sizes: Sizes, shape: DataShape) -> bool:
    """Whether a loss, by its name, takes class numbers and not a row a class."""
    folded = loss.lower().replace("_", "")
    if folded in ("crossentropy", "ce"):  # Keras chooses so
        return (sizes[-1] if sizes else 1) > 1 and len(squeezed(shape.target_shape)) < len(sizes)
    return folded.startswith(("sparse", "categoricalgeneralized"))


def _mismatch_of_class_numbers(
    sizes: Sizes, last: int, shape: DataShape, by_names: bool
) -> str | None:
    target = shape.target_shape
    if target and target == sizes and last > 1:
        return (
            f"takes class numbers, the labels are one-hot with {written(target)} a row; "
            "categorical_crossentropy takes those"
        )
    if squeezed(target) != sizes[:-1]:
        return f"the output has {written(sizes)} a row, the labels have {written(target)}"
    if by_names and shape.classes > last:
        return (
            f"the output has {written(sizes)} a row, too few for {shape.classes} classes; "
            f"the last layer needs {shape.classes} units"
        )
    return None


def squeezed(sizes: Sizes) -> Sizes:
    """A last axis of one value counts as none, as in Keras's losses."""
    return sizes[:-1] if sizes and sizes[-1] == 1 else sizes


def written(sizes: Sizes) -> str:
    """So many values, or of which shape: ``"one value"``, ``"10 values"``, ``"shape (8, 10)"``."""
    if len(sizes) > 1:
        return f"shape ({', '.join(map(str, sizes))})"
    count = sizes[0] if sizes else 1
    return "one value" if count == 1 else f"{count} values"
