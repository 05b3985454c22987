"""What cannot be shared among hosts, said before anything is trained."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kertasks.fitting.keras_internals.keras_layers import (
    all_layers,
    changing_state,
    has_own_layers,
    keeps_state,
)
from kertasks.fitting.keras_internals.keras_losses import added_losses, loss_of_outputs
from kertasks.fitting.keras_internals.keras_methods import own_attribute
from kertasks.fitting.programs.compiled_pass import Source
from kertasks.fitting.sharing.computing import sum_of
from kertasks.hosts.part import CannotShare

_CLOSE = 1e-4
"""Of a loss: by how much the order of sums may change it, and by less than a loss that is none of
rows changes."""


def require_shareable(model: keras.Model, source: Source, reductions: set[str | None]) -> None:
    """Refuse what would not come to the numbers of one host.

    Args:
        model: built and compiled.
        source: what it is trained on.
        reductions: how its losses are summed up.

    Raises:
        CannotShare: saying why.
    """
    why = _why_not_optimizer(model.optimizer) or _why_not_model(model, source)
    if not why and not reductions <= {*_MEANS, "sum"}:
        why = f"a loss with reduction {next(iter(reductions - {*_MEANS, 'sum'}))!r} has no sum"
    if not why and len({reduction == "sum" for reduction in reductions}) > 1:
        why = "losses are to be all means over rows, or all sums"
    if why or (why := _why_not_loss(model, source, reductions)):
        raise CannotShare(f"on several hosts {why}")


_MEANS = ("sum_over_batch_size", "mean", "mean_with_sample_weight")


def share_of(part: Any, batch: Any, reductions: set[str | None], rows: int, of_rows: int) -> float:
    """What a part's loss counts for in that of its batch.

    Args:
        part: the weights of its rows; None where all rows count alike.
        batch: those of the whole batch.
        reductions: how losses are summed up over rows.
        rows: of the part.
        of_rows: of the batch.
    """
    if "sum" in reductions:
        return 1.0
    if "mean_with_sample_weight" in reductions and batch is not None:
        whole = float(np.sum(batch))
        return float(np.sum(part)) / whole if whole else 0.0
    return rows / of_rows


def _why_not_optimizer(optimizer: Any) -> str:
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        return "a network needs an optimizer"
    if optimizer.gradient_accumulation_steps:
        return "compile.optimizer.gradient_accumulation_steps does not work: a larger batch does"
    if optimizer.use_ema:
        return "compile.optimizer.use_ema does not work"
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer) or optimizer.loss_scale_factor:
        return "a loss cannot be scaled, as for float16"
    return ""


def _why_not_model(model: keras.Model, source: Source) -> str:
    own = own_attribute(model, "train_step", "compute_loss", "compute_metrics")
    if own is not None:
        return f"the network's own {own} does not work"
    if has_own_layers(model):
        return "layers of one's own do not work: they may know of the rows of their batch"
    if model.steps_per_execution != 1:
        return "steps_per_execution is to be 1"
    for layer in all_layers(model):
        if isinstance(layer, keras.layers.BatchNormalization) and layer.trainable:
            return (
                f"each would have means of its own share in the layer {layer.name}: "
                "LayerNormalization has none of a batch"
            )
    if keeps_state(model):
        return "a layer that keeps its state from batch to batch does not work"
    specs = [tf.TensorSpec([None, *leaf.row_shape], leaf.dtype) for leaf in source.leaves]
    x, _, _ = keras.utils.unpack_x_y_sample_weight(source.structure.pack(specs))
    if (changing := changing_state(model, x)) is not None:
        return f"each would have a state of its own in the layer {changing}, which training changes"
    return ""


def _why_not_loss(model: keras.Model, source: Source, reductions: set[str | None]) -> str:
    """Whether the loss of a batch is that of its parts, tried with the first rows."""
    rows = min(source.order.batch_size, source.order.rows)
    if rows < 2:
        return ""
    batch = [leaf.take(slice(0, rows)) for leaf in source.leaves]
    _, _, every = keras.utils.unpack_x_y_sample_weight(source.structure.pack(batch))

    def loss(first: int, end: int) -> float:
        cut = [tf.convert_to_tensor(array[first:end]) for array in batch]
        x, y, weights = keras.utils.unpack_x_y_sample_weight(source.structure.pack(cut))
        outputs = model(x, training=False)
        share = share_of(weights, every, reductions, end - first, rows)
        of_outputs = loss_of_outputs(model, y, outputs, weights)
        return share * float(of_outputs) + (end - first) / rows * float(sum_of(added_losses(model)))

    middle = max(1, rows // 3)
    parts = loss(0, middle) + loss(middle, rows)
    if np.isclose(parts, loss(0, rows), rtol=_CLOSE, atol=1e-7, equal_nan=True):
        return ""
    return "the loss of a batch is to be that of its parts, which this loss is not"
