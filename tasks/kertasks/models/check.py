"""What Keras says about a recipe: shapes and parameters, or the layer it refuses and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class LayerCheck:
    """What Keras says about one layer of a recipe."""

    output_shape: tuple[int | None, ...] | None
    """Without the batch axis; None when this or an earlier layer was refused."""

    parameters: int | None
    trainable_parameters: int | None
    error: str | None = None
    """Keras's reason in one line, without class paths; None when it accepts the layer."""


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """What Keras says about a recipe. Plain data: goes through JSON between processes."""

    input_shape: tuple[int | None, ...]
    """Of one row."""

    layers: tuple[LayerCheck, ...]
    """One for each of the recipe's layers, in its order."""

    parameters: int | None
    trainable_parameters: int | None
    error: str | None = None
    """Why the model as a whole cannot be trained (a refused layer, an output that does not
    fit the labels, an unknown loss), in one line; None when it can."""

    error_path: str | None = None
    """Where, as in ``--set``: ``layers.1``, ``compile.loss``; None with no error."""


@dataclass(frozen=True, slots=True)
class DataShape:
    """What of a dataset decides whether a model fits it, without its rows."""

    input_shape: tuple[int, ...]
    """Of one row."""

    input_dtype: str
    target_shape: tuple[int, ...]
    """Of one row: ``()`` for a label, ``(46,)`` for one-hot labels."""

    target_dtype: str
    classes: int
    """How many classes there are; 0 for regression."""


def to_json(check: ModelCheck) -> dict[str, Any]:
    """The check as plain data."""
    return asdict(check)


def from_json(plain: Mapping[str, Any]) -> ModelCheck:
    """The check that ``to_json`` made plain."""
    layers = tuple(
        LayerCheck(**{**layer, "output_shape": _shape(layer["output_shape"])})
        for layer in plain["layers"]
    )
    values = {**plain, "input_shape": tuple(plain["input_shape"]), "layers": layers}
    return ModelCheck(**values)


def data_shape_to_json(shape: DataShape) -> dict[str, Any]:
    """The data's shape as plain data."""
    return asdict(shape)


def data_shape_from_json(plain: Mapping[str, Any]) -> DataShape:
    """The shape that ``data_shape_to_json`` made plain."""
    shapes = {key: tuple(plain[key]) for key in ("input_shape", "target_shape")}
    return DataShape(**{**plain, **shapes})


def _shape(plain: list[int | None] | None) -> tuple[int | None, ...] | None:
    return None if plain is None else tuple(plain)
