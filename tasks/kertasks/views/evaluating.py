"""How well a network does on rows, how sure that is, and what it is compared with."""

from __future__ import annotations

import keras
import numpy as np

from kertasks.data.baselines import all_baselines
from kertasks.data.dataset import Dataset
from kertasks.data.run_baselines import ACCURACY, ERROR, is_same
from kertasks.data.splits import Split
from kertasks.fitting import evaluate
from kertasks.runs.looking.view import DoesNotApply
from kertasks.runs.views.evaluation import EachRow, Evaluation, EvaluationRequest, Score
from kertasks.trainer.metric_values import as_numbers
from kertasks.views.intervals import bootstrap_mean, wilson
from kertasks.views.outputs import ClassOutputs, ValueOutputs, class_outputs, value_outputs
from kertasks.views.split_choice import chosen_rows

_ROWS_AT_ONCE = 256


def evaluation(model: keras.Model, data: Dataset, request: EvaluationRequest) -> Evaluation:
    """Evaluate a network on rows.

    Raises:
        DoesNotApply: there are no such rows.
    """
    rows, split = chosen_rows(data, request.rows)
    said = outputs_of(model, data, split)
    measured = _measured(model, split)
    each_row = each_row_of(said) if request.each_row and said is not None else EachRow()
    baselines = all_baselines(data, split) if request.baselines else ()
    if isinstance(said, ClassOutputs):
        return Evaluation(
            rows,
            split.rows,
            _with_accuracy(measured, said),
            baselines=baselines,
            each_row=each_row,
        )
    if isinstance(said, ValueOutputs):
        return Evaluation(
            rows,
            split.rows,
            _with_error(measured, said, data.seed),
            unit=data.unit,
            baselines=baselines,
            each_row=each_row,
        )
    metrics = tuple(_score(name, value, split.rows) for name, value in measured.items())
    return Evaluation(rows, split.rows, metrics, baselines=baselines)


def outputs_of(
    model: keras.Model, data: Dataset, split: Split
) -> ClassOutputs | ValueOutputs | None:
    """What the network says of rows; None where that is neither one class nor one value a row."""
    for read in (class_outputs, value_outputs):
        try:
            found: ClassOutputs | ValueOutputs = read(model, data, split)
        except DoesNotApply:
            continue
        return found
    return None


def each_row_of(said: ClassOutputs | ValueOutputs) -> EachRow:
    """What a network gets on each row, to compare it with another one."""
    truth = np.asarray(said.truth, dtype=np.float64)
    if isinstance(said, ClassOutputs):
        scores = (said.truth == said.predicted).astype(np.float64)
    else:
        scores = np.abs(said.predicted - said.truth)
    return EachRow(tuple(truth.tolist()), tuple(scores.tolist()))


def _measured(model: keras.Model, split: Split) -> dict[str, float]:
    """Loss and metrics as Keras tells them; what the model's metrics held before stays."""
    kept = [
        (variable, variable.numpy()) for metric in model.metrics for variable in metric.variables
    ]
    try:
        found = evaluate(
            model,
            split.x,
            split.y,
            batch_size=min(_ROWS_AT_ONCE, split.rows),
            return_dict=True,
        )
        return as_numbers(found)
    finally:
        for variable, value in kept:
            variable.assign(value)


def _score(name: str, value: float, rows: int) -> Score:
    """A metric's value, with Wilson's interval where it is a share of right rows."""
    if not is_same(name, ACCURACY) or not 0 <= value <= 1:
        return Score(name, value)
    interval = wilson(round(value * rows), rows)
    return (
        Score(name, value) if interval is None else Score(name, value, interval.low, interval.high)
    )


def _with_accuracy(measured: dict[str, float], said: ClassOutputs) -> tuple[Score, ...]:
    """What was measured, and the accuracy, which the recipe need not name."""
    rows = len(said.truth)
    if not any(is_same(name, ACCURACY) for name in measured):
        measured = {**measured, ACCURACY: float(np.mean(said.truth == said.predicted))}
    return tuple(_score(name, value, rows) for name, value in measured.items())


def _with_error(measured: dict[str, float], said: ValueOutputs, seed: int) -> tuple[Score, ...]:
    """What was measured; the mean absolute error in the target's own unit, with its interval."""
    errors = np.abs(said.predicted - said.truth)
    interval = bootstrap_mean(errors, seed)
    value = float(errors.mean())
    error = Score(ERROR, value)
    if interval is not None:
        error = Score(ERROR, value, interval.low, interval.high)
    others = (Score(name, one) for name, one in measured.items() if not is_same(name, ERROR))
    return (*others, error)


VIEW = (EvaluationRequest, evaluation)
