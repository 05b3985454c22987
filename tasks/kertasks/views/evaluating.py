"""How well a network does on rows, how sure that is, and whether another one differs."""

from __future__ import annotations

import keras
import numpy as np

from kertasks.data.dataset import Dataset
from kertasks.data.splits import Split
from kertasks.fitting import evaluate
from kertasks.runs.looking.view import DoesNotApply
from kertasks.runs.views.evaluation import EachRow, Evaluation, EvaluationRequest, Score
from kertasks.runs.views.run_difference import DifferenceRequest, RunDifference
from kertasks.scores.baselines import all_baselines
from kertasks.scores.intervals import bootstrap_mean, mcnemar, paired_bootstrap, wilson
from kertasks.scores.run_baselines import ACCURACY, ERROR, is_same
from kertasks.trainer.metric_values import as_numbers
from kertasks.views.outputs import (
    ClassOutputs,
    ValueOutputs,
    class_outputs,
    value_outputs,
)
from kertasks.views.split_choice import chosen_rows

_SAME = 1e-4
"""What scaling a target and back leaves of a value, at most, beside the targets' deviation."""


def evaluation(model: keras.Model, data: Dataset, request: EvaluationRequest) -> Evaluation:
    """Evaluate a network on rows.

    Raises:
        DoesNotApply: there are no such rows.
    """
    rows, split = chosen_rows(data, request.rows)
    said = outputs_of(model, data, split)
    measured = _measured(model, split, request.batch_size)
    each_row = each_row_of(said) if request.each_row and said is not None else EachRow()
    baselines = all_baselines(data, split) if request.baselines else ()
    if isinstance(said, ClassOutputs):
        return Evaluation(
            rows,
            split.rows,
            _telling_first(_with_accuracy(measured, said)),
            baselines=baselines,
            each_row=each_row,
        )
    if isinstance(said, ValueOutputs):
        return Evaluation(
            rows,
            split.rows,
            _telling_first(_with_error(measured, said, data.seed)),
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


def _measured(model: keras.Model, split: Split, batch_size: int | None) -> dict[str, float]:
    """Loss and metrics as Keras tells them; what the model's metrics held before stays."""
    variables = [variable for metric in model.metrics for variable in metric.variables]
    kept = [keras.ops.copy(variable.value) for variable in variables]
    try:
        found = evaluate(model, split.x, split.y, batch_size=batch_size, return_dict=True)
        return as_numbers(found)
    finally:
        for variable, value in zip(variables, kept, strict=True):
            variable.assign(value)


def _score(name: str, value: float, rows: int) -> Score:
    """A metric's value, with Wilson's interval where it is a share of right rows."""
    if not is_same(name, ACCURACY) or not 0 <= value <= 1:
        return Score(name, value)
    interval = wilson(round(value * rows), rows)
    return (
        Score(name, value) if interval is None else Score(name, value, interval.low, interval.high)
    )


def _telling_first(scores: tuple[Score, ...]) -> tuple[Score, ...]:
    """The scores that have an interval first: they say how well it does."""
    return tuple(sorted(scores, key=lambda score: score.low is None))


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


def difference(model: keras.Model, data: Dataset, request: DifferenceRequest) -> RunDifference:
    """Compare another network, of which each row is told, with this one.

    Raises:
        DoesNotApply: these are not the same rows, or not of one class or one value each.
    """
    rows, split = chosen_rows(data, request.rows)
    said = outputs_of(model, data, split)
    if said is None:
        raise DoesNotApply("a row has neither one class nor one value")
    own = each_row_of(said)
    truth, theirs = np.array(own.truth), np.array(request.truth)
    if len(request.scores) != len(own.scores) or len(theirs) != len(truth):
        raise DoesNotApply(f"the other run has {len(theirs)} {rows} rows, this one {len(truth)}")
    if not np.allclose(truth, theirs, rtol=0, atol=_SAME * (float(np.std(truth)) or 1.0)):
        raise DoesNotApply(f"the two runs have different {rows} rows")
    scores, other = np.array(own.scores), np.array(request.scores)
    is_class = isinstance(said, ClassOutputs)
    if is_class:
        found = mcnemar(other > 0, scores > 0, data.seed)
    else:
        found = paired_bootstrap(other, scores, data.seed)
    interval = found.interval
    return RunDifference(
        rows,
        split.rows,
        ACCURACY if is_class else ERROR,
        "McNemar" if is_class else "paired bootstrap",
        found.mean,
        None if interval is None else interval.low,
        None if interval is None else interval.high,
        found.p,
    )


VIEWS = ((EvaluationRequest, evaluation), (DifferenceRequest, difference))
