"""The parts of a loss, one by one."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from kertasks.fitting.keras_internals.keras_layers import all_layers


def loss_reductions(model: keras.Model) -> set[str | None]:
    """How the losses of a built model are summed up over the rows, by Keras's names for it."""
    if model._compile_loss is None:
        return set()
    flat = model._compile_loss._flat_losses
    return {getattr(each.loss, "reduction", None) for each in flat}


def loss_of_outputs(model: keras.Model, y: Any, outputs: Any, sample_weight: Any) -> Any:
    """The loss of what was compiled for rows, a scalar, without what layers and weights add."""
    if model._compile_loss is None:
        return tf.zeros([])
    loss = model._compile_loss(y, outputs, sample_weight)
    return tf.zeros([]) if loss is None else loss


def added_losses(model: keras.Model) -> list[Any]:
    """What layers added in the model's last call, such as that of an activity regularizer, which is
    a mean over the rows; scalars."""
    return [loss for layer in (model, *all_layers(model)) for loss in layer._get_own_losses()]


def weight_losses(model: keras.Model) -> list[Any]:
    """What the regularizers of the weights add, scalars."""
    found: list[Any] = model._get_regularization_losses()
    return found


def count_loss(model: keras.Model, loss: Any, rows: Any) -> None:
    """Take a batch's loss into the mean that is told."""
    model._loss_tracker.update_state(loss, sample_weight=rows)
