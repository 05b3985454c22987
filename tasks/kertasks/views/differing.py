"""Whether two networks differ on the same rows."""

from __future__ import annotations

import keras
import numpy as np

from kertasks.data.dataset import Dataset
from kertasks.data.run_baselines import ACCURACY, ERROR
from kertasks.runs.looking.view import DoesNotApply
from kertasks.runs.views.run_difference import DifferenceRequest, RunDifference
from kertasks.views.evaluating import each_row_of, outputs_of
from kertasks.views.intervals import mcnemar, paired_bootstrap
from kertasks.views.outputs import ClassOutputs
from kertasks.views.split_choice import chosen_rows

_SAME = 1e-4
"""What scaling a target and back leaves of a value, at most, beside the targets' deviation."""


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


VIEW = (DifferenceRequest, difference)
