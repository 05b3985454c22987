"""Whether the sizes of an output and of the labels fit a loss.

Keras takes some mismatches without a word (it repeats the smaller one) and refuses others
only at the first label that is too large; a person wants to know before.
"""

from __future__ import annotations

from kertasks.models.check import DataShape
from kertasks.recipes.recipe import Component


def mismatch_of_sizes(
    loss: str | Component, sizes: tuple[int, ...], shape: DataShape
) -> str | None:
    """What does not fit, in one line, or None.

    Args:
        loss: the recipe's loss.
        sizes: of one row of the output.
        shape: of the data.
    """
    name = loss.class_name if isinstance(loss, Component) else loss
    last = sizes[-1] if sizes else 1
    target = shape.target_shape
    if name.lower() == "ctc":
        return None
    if name in ("crossentropy", "ce"):  # Keras chooses so
        is_sparse = last > 1 and len(target) < len(sizes)
    else:
        is_sparse = name.lower().startswith("sparse")
    if is_sparse:
        return _mismatch_of_class_numbers(sizes, last, shape)
    if _squeezed(sizes) == _squeezed(target):
        return None
    mismatch = f"the output has {_written(sizes)} a row, the labels have {_written(target)}"
    if not target and last == shape.classes and "categorical" in name.lower():
        mismatch += "; sparse_categorical_crossentropy takes class numbers"
    return mismatch


def _mismatch_of_class_numbers(sizes: tuple[int, ...], last: int, shape: DataShape) -> str | None:
    target = shape.target_shape
    if target and target == sizes:
        return (
            f"takes class numbers, the labels are one-hot with {_written(target)} a row; "
            "categorical_crossentropy takes those"
        )
    if _squeezed(target) != sizes[:-1]:
        return f"the output has {_written(sizes)} a row, the labels have {_written(target)}"
    if shape.classes > last:
        return (
            f"the output has {_written(sizes)} a row, too few for {shape.classes} classes; "
            f"the last layer needs {shape.classes} units"
        )
    return None


def _squeezed(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """A last axis of one value counts as none, as in Keras's losses."""
    return sizes[:-1] if sizes and sizes[-1] == 1 else sizes


def _written(sizes: tuple[int, ...]) -> str:
    if len(sizes) > 1:
        return f"shape ({', '.join(map(str, sizes))})"
    count = sizes[0] if sizes else 1
    return "one value" if count == 1 else f"{count} values"
