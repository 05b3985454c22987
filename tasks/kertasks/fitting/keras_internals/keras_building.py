"""How a model is built and compiled, and for which devices."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf
from keras.src.losses.loss import unscale_loss_for_distribution
from keras.src.trainers.trainer import model_supports_jit

from kertasks.fitting.keras_internals.keras_layers import keeps_state
from kertasks.fitting.keras_internals.keras_methods import call_instead


def assert_compiled(model: keras.Model) -> None:
    """Refuse a model that was not compiled, in Keras's words.

    Raises:
        ValueError: ``compile`` was not called.
    """
    model._assert_compile_called("fit")


def build(model: keras.Model, batch: Any, optimizer: bool) -> None:
    """Make every variable of the model and its metrics.

    Args:
        model: a compiled model.
        batch: ``x``, ``(x, y)`` or ``(x, y, sample_weight)`` with a ``keras.KerasTensor`` a leaf.
        optimizer: whether to make those of its optimizer too, for what is trainable now.
    """
    if keeps_state(model) and not model.built:
        # Made of a tensor of zeros, which Keras refuses while it builds symbolically.
        x, _, _ = keras.utils.unpack_x_y_sample_weight(batch)
        specs = keras.tree.map_structure(lambda array: tf.TensorSpec(array.shape, array.dtype), x)
        tf.function(model, autograph=False).get_concrete_function(specs)
    if optimizer or model.optimizer is None:
        model._symbolic_build(data_batch=batch)
        return
    with call_instead(model.optimizer, "build", lambda _: None):
        model._symbolic_build(data_batch=batch)


def has_strategy(model: keras.Model) -> bool:
    """Whether the model was made under a ``tf.distribute`` strategy."""
    return model._distribute_strategy is not None or tf.distribute.has_strategy()


def shares_batches(model: keras.Model) -> None:
    """Let each device of a distributed model count by the rows it has of a batch, in a step that is
    Keras's otherwise.

    Args:
        model: built and compiled, with its metrics and its optimizer.
    """

    def train_step(batch: Any) -> Any:
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
        context = tf.distribute.get_replica_context()
        rows = tf.shape(keras.tree.flatten(x)[0])[0]
        here = tf.cast(rows, tf.float32)
        every = context.all_reduce(tf.distribute.ReduceOp.SUM, here)
        with tf.GradientTape() as tape:
            predicted = model(x, training=True)
            loss = model._compute_loss(
                x=x, y=y, y_pred=predicted, sample_weight=sample_weight, training=True
            )
            model._loss_tracker.update_state(
                unscale_loss_for_distribution(loss), sample_weight=rows
            )
            share = here * context.num_replicas_in_sync / every
            loss = model.optimizer.scale_loss(loss) * tf.cast(share, loss.dtype)
        weights = model.trainable_weights
        model.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return model.compute_metrics(x, y, predicted, sample_weight=sample_weight)

    model.train_step = train_step
    # Keras would build the model anew of a batch, which it cannot where that is shared unevenly.
    model._maybe_symbolic_build = lambda **_: None


def supports_xla(model: keras.Model) -> bool:
    """Whether every layer says that XLA can compile it and nothing forbids XLA."""
    return bool(model_supports_jit(model))


def asked_for_xla(model: keras.Model) -> bool | None:
    """What ``jit_compile`` was given to ``model.compile``; None for "auto".

    Keras keeps only what "auto" came to, so None as well for a value that is the same: for False
    on a machine without an accelerator, for True on others.
    """
    given = bool(model.jit_compile)
    return None if given == bool(model._resolve_auto_jit_compile()) else given


def picks_variables_by_name(optimizer: Any) -> bool:
    """Whether an optimizer treats some variables otherwise: spared from decay, or not Muon's."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    return bool(
        getattr(inner, "_exclude_from_weight_decay", None)
        or getattr(inner, "_exclude_from_weight_decay_pattern", None)
        or getattr(inner, "exclude_layers", None)
    )
