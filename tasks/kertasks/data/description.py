"""What a person asks of a dataset before training, as plain data without NumPy.

Computed by ``kertasks.data.describing`` in a process that has NumPy; goes through JSON
(``to_json``, ``from_json``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

SCHEMA = 1
"""Raised when the JSON form changes; part of the name of whatever keeps it."""


@dataclass(frozen=True, slots=True)
class SplitFacts:
    """One split: ``train``, ``validation`` or ``test``."""

    name: str
    rows: int
    distinct_rows: int
    """Rows that differ in features or target."""

    x_shape: tuple[int, ...]
    """Of one row."""

    x_dtype: str
    y_shape: tuple[int, ...]
    y_dtype: str
    bytes: int
    """Memory the arrays of the split take."""

    class_rows: tuple[int, ...]
    """Rows of each class, in the order of ``Description.class_names``; empty for regression."""


@dataclass(frozen=True, slots=True)
class FeatureFacts:
    """One feature over the training rows, as the network gets it."""

    name: str
    unit: str | None
    minimum: float
    maximum: float
    mean: float
    standard_deviation: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a method that learns nothing, or next to nothing, reaches."""

    name: str
    metric: str
    value: float


@dataclass(frozen=True, slots=True)
class WordsSample:
    """A text, decoded."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class ImageSample:
    """A grey picture."""

    label: str
    pixels: tuple[tuple[float, ...], ...]
    """Rows of values from 0 (nothing) to 1 (full)."""


@dataclass(frozen=True, slots=True)
class ColumnsSample:
    """A row as named columns, in the features' own units (before scaling)."""

    label: str
    columns: tuple[tuple[str, str], ...]
    """Name and value with its unit."""


Sample: TypeAlias = WordsSample | ImageSample | ColumnsSample


@dataclass(frozen=True, slots=True)
class ScatterPicture:
    """Two features, a mark a class. At most a few hundred points."""

    x_name: str
    y_name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    classes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CurvePicture:
    """Target over a single feature. At most a few hundred points, by x."""

    x_name: str
    y_name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


Picture: TypeAlias = ScatterPicture | CurvePicture | None
"""None: the samples themselves are the picture (words, digits, columns)."""


@dataclass(frozen=True, slots=True)
class Description:
    """Everything the picker's card shows of one task and data variant."""

    task: str
    variant: str
    seed: int
    splits: tuple[SplitFacts, ...]
    features: tuple[FeatureFacts, ...]
    """Each feature as the network gets it; one entry named ``"all"`` where features have no
    names (pixels, words) or there are more than 64."""

    feature_count: int
    class_names: tuple[str, ...]
    target: FeatureFacts | None
    """A regression's target, in its own unit."""

    validation_rows_in_training: int
    """How many validation rows (features and target) also occur in training."""

    baseline: Baseline | None
    samples: tuple[Sample, ...]
    """A few, at least one of each class where there are at most ten classes."""

    picture: Picture

    own_features: tuple[FeatureFacts, ...] = ()
    """Each feature in its own unit, before scaling; empty where ``features`` says it all."""

    other_baselines: tuple[Baseline, ...] = ()
    """More to compare with, after ``baseline``."""


def to_json(description: Description) -> dict[str, Any]:
    """Plain dicts, lists, strings and numbers, for ``json.dumps``."""
    plain = asdict(description)
    plain["schema"] = SCHEMA
    for form, sample in zip(plain["samples"], description.samples, strict=True):
        form["type"] = _TYPE_NAMES[type(sample)]
    if description.picture is not None:
        plain["picture"]["type"] = _TYPE_NAMES[type(description.picture)]
    return plain


def from_json(plain: Mapping[str, Any]) -> Description:
    """What ``to_json`` was given.

    Raises:
        ValueError: it was written with another schema, or is no description.
    """
    if plain.get("schema") != SCHEMA:
        raise ValueError(f"a description of schema {plain.get('schema')}, not {SCHEMA}")
    try:
        return _from_plain(plain)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a description: {error}") from error


_TYPE_NAMES: dict[type, str] = {
    WordsSample: "words",
    ImageSample: "image",
    ColumnsSample: "columns",
    ScatterPicture: "scatter",
    CurvePicture: "curve",
}
_TYPES = {name: type_ for type_, name in _TYPE_NAMES.items()}


def _from_plain(plain: Mapping[str, Any]) -> Description:
    fields = {name: value for name, value in plain.items() if name != "schema"}
    for name in ("features", "own_features"):
        fields[name] = tuple(FeatureFacts(**facts) for facts in plain[name])
    fields["splits"] = tuple(SplitFacts(**_tuples(facts)) for facts in plain["splits"])
    fields["class_names"] = tuple(plain["class_names"])
    fields["target"] = FeatureFacts(**plain["target"]) if plain["target"] else None
    fields["baseline"] = Baseline(**plain["baseline"]) if plain["baseline"] else None
    fields["other_baselines"] = tuple(Baseline(**other) for other in plain["other_baselines"])
    fields["samples"] = tuple(_typed(sample) for sample in plain["samples"])
    fields["picture"] = _typed(plain["picture"]) if plain["picture"] else None
    return Description(**fields)


def _typed(form: Mapping[str, Any]) -> Any:
    fields = {name: _tuple(value) for name, value in form.items() if name != "type"}
    return _TYPES[form["type"]](**fields)


def _tuples(form: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _tuple(value) for name, value in form.items()}


def _tuple(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, (list, tuple)) else value
