"""What Keras and its objects hold that a compiled program may depend on."""

from __future__ import annotations

from functools import cache
from typing import Any

import keras
import tensorflow as tf
from tensorflow.python.eager import context as tf_context
from tensorflow.python.framework import config as tf_config

_UNREAD = frozenset(
    [
        # Everything is built, and what it was built or made from is not read again.
        "build", "quantize", "_build_shapes_dict", "_auto_config", "_call_signature",
        "_path", "_parent_path", "_tracker", "_saved_model_inputs_spec", "_saved_model_arg_spec",
        # Calls outside of the model; a Functional model lists its own.
        "_inbound_nodes", "_outbound_nodes", "_keras_history", "_called",
        # Emptied as a step begins.
        "_losses", "_loss_ids",
        # By identities; the calls and the variables themselves are read.
        "_nodes",
        "_trainable_variables_indices", "_exclude_from_weight_decay_cache",
        # TensorFlow's, for its checkpoints.
        "_self_setattr_tracking", "_self_unconditional_checkpoint_dependencies",
        "_self_unconditional_dependency_names", "_self_unconditional_deferred_dependencies",
        "_self_update_uid", "_self_name_based_restores", "_self_saveable_object_factories",
        # TensorFlow's strategy, with which nothing is compiled.
        "_distribution_strategy", "_distribute_strategy",
    ]
)  # fmt: skip


_OF_MODELS = frozenset(
    [
        # Read by ``compiled_parts``: those of a model within another are not used.
        "optimizer", "loss", "compiled", "_compile_loss", "_compile_metrics", "_loss_tracker",
        "_jit_compile", "_run_eagerly", "steps_per_execution", "_lock",
        # Fitting's own.
        "train_function", "test_function", "predict_function", "history", "stop_training",
        "stop_evaluating", "stop_predicting", "_initial_epoch", "_eval_epoch_iterator",
        "_compiled_trainable_state", "_compile_config",
    ]
)  # fmt: skip


_UNREAD_OF: dict[type, frozenset[str]] = {
    keras.Variable: frozenset(["_name", "_value", "_initializer"]),
    keras.random.SeedGenerator: frozenset(["name", "_initial_seed"]),
    keras.losses.Loss: frozenset(["name"]),
    keras.optimizers.Optimizer: frozenset(["name"]),
    keras.Model: _OF_MODELS,
}


@cache
def unread_attributes(kind: type) -> frozenset[str]:
    """Attributes of Keras's objects, of a class of Keras, that no step reads or only for a name."""
    more = [names for parent, names in _UNREAD_OF.items() if issubclass(kind, parent)]
    return _UNREAD.union(*more)


def compiled_parts(model: keras.Model) -> list[object]:
    """What a step reads of what ``model.compile`` was given, without the optimizer."""
    return [model._compile_loss, model._compile_metrics, model._loss_tracker]


def global_settings() -> list[Any]:
    """The settings of Keras and TensorFlow for the process that steps are traced by."""
    context = tf_context.context()
    return [
        keras.config.floatx(),
        keras.config.epsilon(),
        keras.config.image_data_format(),
        keras.config.dtype_policy().name,
        keras.config.is_flash_attention_enabled(),
        tf.config.optimizer.get_jit(),
        tf_config.is_op_determinism_enabled(),
        context.device_name,
        # What ``tf.debugging`` puts around each operation.
        [repr(callback) for callback in context.op_callbacks],
    ]


def eager_context() -> object:
    """What TensorFlow keeps its devices, variables and functions in: another one after a reset."""
    return tf_context.context()


def compilation(model: keras.Model) -> object:
    """An object that is another one after every ``model.compile``."""
    return model._loss_tracker
