"""``check`` and ``diagnose``: what is wrong with a training, asked of any compiled Keras model."""

from __future__ import annotations

import inspect
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
from msgspec.structs import replace

from kertasks.advice.checked_facts import checked_facts, facts_of_stopping, stopping_of
from kertasks.advice.data_reading import (
    class_count,
    input_facts,
    outside_share,
    row_ceiling,
    shared_rows,
    target_facts,
    unmatched_share,
    with_simple_scores,
)
from kertasks.advice.facts import (
    Facts,
    FitFacts,
    InputFacts,
    LayerFacts,
    LayerKind,
    TargetFacts,
    TargetKind,
)
from kertasks.advice.first_batch import look_at_first_batch
from kertasks.advice.network.network_reading import (
    compile_facts,
    is_sequential,
    layer_facts,
    takes_classes,
)
from kertasks.advice.rule_table import advise
from kertasks.advice.short_training import train_copy
from kertasks.data.splits import Split
from kertasks.errors import UserError, describe_unknown
from kertasks.models.split_rules import rows_trained
from kertasks.runs.advice.finding import Finding

_DEFAULT_BATCH = 32

_HOW_TO_TRAIN = ("class_weight", "sample_weight", "shuffle")
"""Further arguments of ``fit`` that a training for advice takes."""


class NothingToCheck(UserError):
    """What was given is no compiled model of one input and one output."""


def check(
    model: keras.Model,
    x: Any,
    y: Any,
    *,
    batch_size: int | None = None,
    epochs: int = 1,
    validation_data: tuple[Any, Any] | None = None,
    validation_split: float = 0.0,
    callbacks: Any = None,
    **others: Any,
) -> list[Finding]:
    """Say what is wrong with a training before it begins.

    Looks at the data, the network and one batch of rows; changes nothing of the model.

    Args:
        model: a compiled model with one input and one output.
        x: features, shape (rows, …).
        y: targets, one entry a row.
        batch_size: as for ``fit``; 32 by itself.
        epochs: as for ``fit``.
        validation_data: features and targets to validate on.
        validation_split: share of the rows held out, the last ones, without ``validation_data``.
        callbacks: as for ``fit``; early stopping among them is looked at, none of them is called.
        others: further arguments of ``fit``, which say nothing about it.

    Returns:
        What was found, the worst first.

    Raises:
        TypeError: ``fit`` has no argument of such a name.
        NothingToCheck: the model is not compiled, or has several inputs or outputs.
        kertasks.data.splits.NoRows: x or y has no rows.
    """
    how_to_train(others)
    facts = gather(
        model,
        x,
        y,
        batch_size=batch_size,
        epochs=epochs,
        validation_data=validation_data,
        validation_split=validation_split,
        callbacks=callbacks,
    )
    return advise(facts)


def diagnose(
    model: keras.Model,
    x: Any,
    y: Any,
    *,
    seconds: float = 10.0,
    batch_size: int | None = None,
    epochs: int = 1,
    validation_data: tuple[Any, Any] | None = None,
    validation_split: float = 0.0,
    callbacks: Any = None,
    **others: Any,
) -> list[Finding]:
    """Say what is wrong with a training, by training a copy for a while.

    Finds what ``check`` finds, and what the training shows. The model itself is left as it was:
    its weights, optimizer and metrics; so are the global seeds.

    Args:
        seconds: how long it may take, within a step; compiling counts.
        others: further arguments of ``fit``; the copy is trained with ``class_weight``,
            ``sample_weight`` and ``shuffle``.

    Returns, raises: as ``check``.
    """
    began = time.monotonic()
    how = how_to_train(others)
    held: dict[str, Any] = {
        "validation_data": validation_data,
        "validation_split": validation_split,
    }
    facts = gather(model, x, y, batch_size=batch_size, epochs=epochs, callbacks=callbacks, **held)
    # To look at it afterwards takes about as long as it took before.
    left = seconds - 2 * (time.monotonic() - began)
    return advise(with_learning(facts, model, x, y, left, how, **held))


def how_to_train(others: Mapping[str, Any]) -> dict[str, Any]:
    """Those arguments of ``fit`` that say how rows are trained on.

    Args:
        others: what was given besides the arguments that are known by name.

    Raises:
        TypeError: ``fit`` has no argument of such a name.
    """
    allowed = inspect.signature(keras.Model.fit).parameters
    for name in others:
        if name not in allowed:
            raise TypeError(describe_unknown("argument of keras.Model.fit", name, [*allowed][1:]))
    return {name: value for name, value in others.items() if name in _HOW_TO_TRAIN}


def with_learning(
    facts: Facts,
    model: keras.Model,
    x: Any,
    y: Any,
    seconds: float,
    how: Mapping[str, Any] | None = None,
    *,
    validation_data: tuple[Any, Any] | None = None,
    validation_split: float = 0.0,
) -> Facts:
    """The facts, with what a training of a copy for so many seconds shows; the same where nothing
    can be trained or there is no time.

    Args:
        how: arguments of ``fit``, as ``how_to_train`` gives them.

    Other arguments as ``check``.
    """
    if seconds <= 0 or facts.cannot_train:
        return facts
    rows = Rows.of(x, y, validation_data, validation_split)
    learning = train_copy(model, rows.trained, rows.held_out, facts, seconds, how)
    return replace(facts, learning=learning)


def gather(
    model: keras.Model,
    x: Any,
    y: Any,
    *,
    batch_size: int | None = None,
    epochs: int = 1,
    validation_data: tuple[Any, Any] | None = None,
    validation_split: float = 0.0,
    callbacks: Any = None,
) -> Facts:
    """All facts that are known before a training; arguments as ``check``."""
    rows = Rows.of(x, y, validation_data, validation_split)
    facts = _gather(model, rows, batch_size, epochs, validation_split)
    validates = rows.held_out is not None
    stopping, said = facts_of_stopping(model, stopping_of(callbacks), facts.compiled, validates)
    return replace(facts, stopping=stopping, checked=(*facts.checked, *said))


class Rows(NamedTuple):
    """The rows of a training."""

    given: Split
    """To train on and, of those, to hold out."""

    trained: Split
    validation: Split | None
    """Given to validate on; None where none are."""

    held_out: Split | None
    """Validated on, wherever they come from."""

    @classmethod
    def of(cls, x: Any, y: Any, validation_data: Any, validation_split: float) -> Rows:
        """The rows that ``fit`` with such arguments would train and validate on."""
        given = Split(x, y)
        validation = None if validation_data is None else Split(*validation_data[:2])
        if validation is not None or not validation_split:
            return cls(given, given, validation, validation)
        rows = rows_trained(given.rows, validation_split)
        if not 0 < rows < given.rows:
            return cls(given, given, None, None)
        trained = Split(given.x[:rows], given.y[:rows])
        return cls(given, trained, None, Split(given.x[rows:], given.y[rows:]))


def require_checkable(model: keras.Model, rows: Split) -> None:
    """See that a model is one that can be looked at; one that is not built yet is built.

    Raises:
        NothingToCheck: it is not compiled, or has several inputs or outputs.
    """
    if getattr(model, "loss", None) is None or getattr(model, "optimizer", None) is None:
        raise NothingToCheck("the model is not compiled: call compile with an optimizer and a loss")
    if not model.built:
        model.build((None, *rows.x.shape[1:]))
    ends = [getattr(model, name, None) or () for name in ("inputs", "outputs")]
    if any(len(end) != 1 for end in ends):
        raise NothingToCheck("the model has no fixed input and output, one of each, to look at")


def _gather(
    model: keras.Model,
    rows: Rows,
    batch_size: int | None,
    epochs: int,
    validation_split: float,
) -> Facts:
    require_checkable(model, rows.given)
    trained = rows.trained
    compiled = compile_facts(model)
    targets = target_facts(trained.y, class_numbers=takes_classes(compiled.loss))
    inputs, layers = input_facts(trained.x), layer_facts(model)
    fit = replace(
        _held_out_facts(rows, targets),
        epochs=max(1, int(epochs)),
        batch_size=int(batch_size or _DEFAULT_BATCH),
    )
    first = look_at_first_batch(model, trained.x, trained.y, layers, targets, compiled, fit)
    if may_be_a_line(layers) or is_table(inputs):
        targets = with_simple_scores(trained.x, trained.y, targets)
    most = row_ceiling(trained.x, trained.y, targets.kind, inputs.distinct_rows)
    return Facts(
        inputs=inputs,
        targets=replace(targets, ceiling=most),
        layers=first.layers,
        compiled=compiled,
        fit=fit,
        sequential=is_sequential(model),
        checked=checked_facts(model, rows.given, rows.validation, validation_split, targets),
        start=first.start,
        cannot_train=first.refused,
    )


def _held_out_facts(rows: Rows, targets: TargetFacts) -> FitFacts:
    trained, held_out = rows.trained, rows.held_out
    found = FitFacts(rows=trained.rows)
    if held_out is None:
        return found
    found = replace(
        found, validation_rows=held_out.rows, shared_rows=shared_rows(trained.x, held_out.x)
    )
    if targets.kind is TargetKind.NUMBERS:
        return replace(found, outside_share=outside_share(trained.y, held_out.y))
    return replace(
        found,
        unmatched_share=unmatched_share(trained.y, held_out.y),
        validation_classes=class_count(held_out.y),
    )


def may_be_a_line(layers: tuple[LayerFacts, ...]) -> bool:
    """Whether no layer before the last bends: then it tells something what a line explains."""
    bends = (LayerKind.RECURRENT, LayerKind.EMBEDDING)
    hidden = [layer for layer in layers if layer.learns][:-1]
    return not any(layer.kind in bends for layer in layers) and all(
        layer.is_linear for layer in hidden
    )


_FEW_COLUMNS = 64
"""Up to so many a forest of trees is tried on them."""


def is_table(inputs: InputFacts) -> bool:
    """Whether a row is of a few columns: then something simple tells whether targets go with them
    at all."""
    return len(inputs.row_shape) == 1 and inputs.row_shape[0] <= _FEW_COLUMNS
