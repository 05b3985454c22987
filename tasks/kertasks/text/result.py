"""What a run got, in words: how well it does, of which epoch and on which rows; or that its
numbers are none."""

from __future__ import annotations

import math
from collections.abc import Mapping

from kertasks.runs.event_file.events import Epoch, Finished, Stopped
from kertasks.scores.run_baselines import Baseline
from kertasks.text.numbers import counted, grouped, in_unit, metric, metric_label, test_result

_METRICS = 2
"""Of a training without a loss that are named."""


def metrics_in_words(epoch: Epoch) -> str:
    """The first metrics of an epoch of a training that has no loss: ``"d loss 0.693, g loss 1.204
    of epoch 20"``; empty where it has none."""
    said = [f"{metric_label(n)} {metric(n, value)}" for n, value in epoch.metrics.items()]
    return f"{', '.join(said[:_METRICS])} of epoch {grouped(epoch.epoch)}" if said else ""


def not_finite(since: int) -> str:
    """That a loss is no number any more."""
    return f"not finite since epoch {grouped(since)}"


def tested(ended: Finished | Stopped) -> str:
    """The test result in a few words; empty where nothing was tested, and in its place that the
    network's numbers are none."""
    if ended.not_finite_since is not None:
        return not_finite(ended.not_finite_since)
    return test_result(ended.test, ended.unit, ended.result)


def tested_in_full(ended: Finished | Stopped) -> str:
    """The test result, of which epoch's weights it is and on how many rows."""
    text = tested(ended)
    if not text or ended.test_rows is None or ended.not_finite_since is not None:
        return text
    return f"{text} of {weights_of(ended)} on {counted(ended.test_rows, 'row')}"


def weights_of(ended: Finished | Stopped) -> str:
    """Whose weights were kept and tested: ``"epoch 55"``, ``"epoch 12, step 30"``."""
    if ended.restored_epoch is not None:
        return f"epoch {grouped(ended.restored_epoch)}"
    within = f", step {grouped(ended.within)}" if ended.within else ""
    return f"epoch {grouped(ended.epochs)}{within}"


def gain_in_short(baseline: Baseline, gain: float, unit: str | None) -> str:
    """By how much a network is better than a baseline: ``"+0.213"``; of an error, how much less it
    is: ``"$620 less"``, or how much more."""
    if baseline.metric == "accuracy":
        return f"{gain:+.3f}"
    return f"{in_unit(abs(gain), unit)} {'less' if gain >= 0 else 'more'}"


def compared(baseline: Baseline | None, test: Mapping[str, float], unit: str | None) -> str:
    """How a network's metrics are beside the best baseline: ``"+0.213 on logistic regression"``,
    ``"$620 less than linear regression"``; empty where there is nothing to compare."""
    if baseline is None:
        return ""
    # Of a target that was scaled "mae" is in its own unit, and Keras's own error in deviations.
    for name, value in sorted(test.items(), key=lambda one: one[0] != baseline.metric):
        gain = baseline.gain(name, value)
        if gain is not None and math.isfinite(gain):
            word = "on" if baseline.metric == "accuracy" else "than"
            return f"{gain_in_short(baseline, gain, unit)} {word} {baseline.name}"
    return ""
