"""Everything here reaches into Keras or TensorFlow beyond the public interface.

Written for Keras 3.15 on TensorFlow 2.21; to be looked at again with every later version.
No other module of this package uses a private name of either.
"""

from __future__ import annotations

import itertools
import math
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Any

import keras
import tensorflow as tf
from keras.src.layers.convolutional.base_conv import BaseConv
from keras.src.layers.convolutional.base_conv_transpose import BaseConvTranspose
from keras.src.layers.convolutional.base_depthwise_conv import BaseDepthwiseConv
from keras.src.layers.convolutional.base_separable_conv import BaseSeparableConv
from keras.src.layers.rnn.conv_lstm import ConvLSTM
from keras.src.losses.loss import unscale_loss_for_distribution
from keras.src.models.functional import Functional
from keras.src.ops.core import Cast
from keras.src.trainers.data_adapters import array_slicing
from keras.src.trainers.data_adapters.array_data_adapter import (
    ArrayDataAdapter,
    can_convert_arrays,
)
from keras.src.trainers.trainer import model_supports_jit
from keras.src.utils import is_default
from keras.src.utils.python_utils import pythonify_logs
from tensorflow.python.client import device_lib
from tensorflow.python.eager import context as tf_context
from tensorflow.python.framework import config as tf_config
from tensorflow.python.framework import ops

from kertasks.fitting.rows.row_order import RowOrder, Shuffle


class OrderedArrays(ArrayDataAdapter):  # type: ignore[misc]  # Keras carries no types
    """Keras's own view of arrays as batches, with row orders from a ``RowOrder``.

    ``model.fit`` takes it as ``x``. Keras's checks, defaults and weights by class are its own.
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        batch_size: int | None,
        steps: int | None = None,
        shuffle: Shuffle = False,
        class_weight: dict[int, float] | None = None,
        seed: int = 0,
        per_execution: int = 1,
    ) -> None:
        super().__init__(
            x,
            y,
            sample_weight=sample_weight,
            batch_size=batch_size,
            steps=steps,
            shuffle=shuffle,
            class_weight=class_weight,
        )
        self.order = RowOrder(self._num_samples, self._batch_size, seed, shuffle)
        whole = math.ceil((steps or self._size) / per_execution) * per_execution
        self.steps = min(whole, self._size)
        """How many batches are read in an epoch, or in a pass to evaluate."""

        self.inputs = keras.tree.lists_to_tuples(self._inputs)
        """``x``, ``(x, y)`` or ``(x, y, sample_weight)``, what a step gets a batch of."""

        self._epoch = 0

    def begin_epoch(self, epoch: int, logs: Any = None) -> None:
        """Take the order of this epoch from now on; made to be an ``on_epoch_begin`` hook."""
        del logs
        self._epoch = epoch

    def get_tf_dataset(self) -> tf.data.Dataset:
        """Batches of one epoch; asks for its order when it is first read."""
        inputs = keras.tree.lists_to_tuples(as_tensorflow_would(self._inputs))
        batch_size = self._batch_size
        are_whole = self._num_samples % batch_size == 0

        def batches(order: tf.Tensor) -> tf.data.Dataset:
            order = tf.ensure_shape(order, [self._num_samples])
            # Nothing is dropped; but the size of a batch is known to layers that ask for it.
            return tf.data.Dataset.from_tensor_slices(order).batch(batch_size, are_whole)

        def rows_of(indices: tf.Tensor, data: Any) -> Any:
            def gather(leaf: Any) -> Any:
                if isinstance(leaf, array_slicing.TensorflowSparseWrapper):
                    return array_slicing.slice_tensorflow_sparse_wrapper(leaf, indices)
                if isinstance(leaf, (list, tuple, dict)):
                    return None  # look inside
                return tf.gather(leaf, indices, axis=0) if tf.is_tensor(leaf) else leaf

            return keras.tree.traverse(gather, data)

        orders = tf.data.Dataset.range(1).map(
            lambda _: tf.numpy_function(lambda: self.order.of_epoch(self._epoch), [], tf.int64)
        )
        indices = orders.flat_map(batches)
        data = tf.data.Dataset.from_tensors(inputs).repeat()
        dataset = tf.data.Dataset.zip((indices, data)).map(rows_of, num_parallel_calls=2)
        options = tf.data.Options()
        options.deterministic = True
        return dataset.with_options(options).prefetch(2)


def is_kerass(kind: Any) -> bool:
    """Whether a class or a method is Keras's own."""
    return str(getattr(kind, "__module__", "")).startswith("keras.")


def own_attribute(model: keras.Model, *names: str) -> str | None:
    """The first name under which a model, or its class, has something else than ``keras.Model``."""
    for name in names:
        if name in vars(model) or getattr(type(model), name) is not getattr(keras.Model, name):
            return name
    return None


def are_steps_kerass(model: keras.Model) -> bool:
    """Whether a step gives Keras's own logs: all of the model's metrics and nothing else."""
    return own_attribute(model, "train_step", "test_step", "compute_metrics") is None


def resets_metrics_as_keras_does(model: keras.Model) -> bool:
    """Whether resetting the metrics of a built model does nothing but assign variables."""
    if own_attribute(model, "reset_metrics", "metrics") is not None:
        return False
    return all(_is_plain(metric, "reset_state") for metric in _all_metrics(model))


def reads_metrics_as_keras_does(model: keras.Model) -> bool:
    """Whether the metrics of a built model are what Keras's own code makes of their variables."""
    if own_attribute(model, "get_metrics_result", "metrics") is not None:
        return False
    if not are_steps_kerass(model):
        return False
    return all(_is_plain(metric, "result") for metric in _all_metrics(model))


def _is_plain(metric: keras.Metric, method: str) -> bool:
    return is_kerass(type(metric)) and has_own(metric, method)


def _all_metrics(model: keras.Model) -> Iterator[keras.Metric]:
    for metric in model.metrics:
        yield metric
        yield from getattr(metric, "metrics", ())  # those that were given to compile


def are_metrics_unbuilt(model: keras.Model) -> bool:
    """Whether the metrics that were given to ``compile`` are still to be built."""
    given = model._compile_metrics
    return given is not None and not given.built


def reset_metrics(model: keras.Model, as_unbuilt: bool) -> None:
    """Let metrics begin anew.

    Args:
        model: a compiled model.
        as_unbuilt: spare those that were given to ``compile``, as if they were not built yet.
    """
    if not as_unbuilt or model._compile_metrics is None:
        model.reset_metrics()
        return
    with call_instead(model._compile_metrics, "reset_state", lambda: None):
        model.reset_metrics()


def metrics_now(model: keras.Model, logs: dict[str, Any]) -> dict[str, Any]:
    """What Keras reports at the end of a pass: the metrics as they are now, by name, sorted; or
    the logs of the last step where those have other names.

    Args:
        model: a compiled model.
        logs: of the last step.
    """
    found: dict[str, Any] = pythonify_logs(model._get_metrics_result_or_logs(logs))
    return found


def has_own(owner: Any, method: str) -> bool:
    """Whether an object of a Keras class has the method that Keras wrote for it, not another one
    that was put in its place on the object or on the class."""
    # Not by its ``__module__``, which ``functools.wraps`` copies.
    its_globals = getattr(getattr(type(owner), method), "__globals__", {})
    return method not in vars(owner) and its_globals.get("__name__", "").startswith("keras.")


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


def are_arrays(*structures: Any) -> bool:
    """Whether Keras would slice these itself (not generators, datasets, data loaders)."""
    return bool(can_convert_arrays(structures))


def hold_out(arrays: Any, share: float) -> tuple[Any, Any]:
    """Split a structure of arrays as ``validation_split`` does: the last rows are held out.

    Raises:
        ValueError: there are too few rows, in Keras's words.
    """
    kept, held_out = array_slicing.train_validation_split(arrays, validation_split=share)
    return kept, held_out


def as_tensorflow_would(arrays: Any) -> Any:
    """Array-like things as Keras hands them to TensorFlow: NumPy arrays or tensors."""
    return array_slicing.convert_to_sliceable(arrays, target_backend="tensorflow")


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


def seed_states(model: keras.Model) -> list[keras.Variable]:
    """The states of the generators that layers draw by, each int64 (2,): seed and draws so far."""
    states = [
        generator.state
        for layer in (model, *all_layers(model))
        for generator in layer._seed_generators
    ]
    return list({id(state): state for state in states}.values())


def changing_state(model: keras.Model, x: Any) -> str | None:
    """A layer with state that training changes, other than that of a generator, by its name; None
    where there is none.

    Args:
        model: built.
        x: what it is called on, with a ``tf.TensorSpec`` a leaf.
    """
    drawn_by = {id(state) for state in seed_states(model)}
    owners = {
        id(variable): layer.name
        for layer in (model, *all_layers(model))
        for variable in layer._non_trainable_variables
    }
    found: list[str] = []

    def call(rows: Any) -> tf.Tensor:
        trained, kept = (
            [tf.convert_to_tensor(variable.value) for variable in variables]
            for variables in (model.trainable_variables, model.non_trainable_variables)
        )
        _, after = model.stateless_call(trained, kept, rows, training=True)
        pairs = zip(model.non_trainable_variables, kept, after, strict=True)
        for variable, before, now in pairs:
            if now is not before and id(variable) not in drawn_by:
                found.append(owners.get(id(variable), variable.path))
        return tf.zeros([])

    tf.function(call, autograph=False).get_concrete_function(x)
    return found[0] if found else None


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


def all_layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """The model's layers and theirs, at any depth, without the model itself."""
    yield from model._flatten_layers(include_self=False)


def has_own_layers(model: keras.Model) -> bool:
    """Whether the model or one of its layers, at any depth, is of a class that is not Keras's."""
    return not all(is_kerass(type(layer)) for layer in (model, *all_layers(model)))


def has_convolutions(model: keras.Model) -> bool:
    """Whether a layer is one of Keras's convolutions, at any depth."""
    kinds = (BaseConv, BaseConvTranspose, BaseDepthwiseConv, BaseSeparableConv, ConvLSTM)
    return any(isinstance(layer, kinds) for layer in all_layers(model))


def keeps_state(model: keras.Model) -> bool:
    """Whether a layer keeps its state from batch to batch, which must then have one size."""
    return any(getattr(layer, "stateful", False) for layer in all_layers(model))


def trainable_flags(model: keras.Model) -> list[bool]:
    """What is trainable: of every layer, then of every variable."""
    return [bool(part.trainable) for part in _trainable_or_not(model)]


@contextmanager
def trainable_as(model: keras.Model, flags: Sequence[bool]) -> Iterator[None]:
    """Within it, what is trainable is what ``trainable_flags`` said once."""
    parts, own = _trainable_or_not(model), trainable_flags(model)
    # Not by a layer's public setter, which would set all below it as well.
    try:
        for part, flag in zip(parts, flags, strict=True):
            part._trainable = flag
        yield
    finally:
        for part, flag in zip(parts, own, strict=True):
            part._trainable = flag


def _trainable_or_not(model: keras.Model) -> list[Any]:
    return [*model._flatten_layers(), *model.variables]


def readers_of_input(model: keras.Model) -> list[Any]:
    """What is called on the one input of a plain Functional or Sequential model.

    A cast to float32 is looked through: then what is called on its result.

    Returns:
        The layers, empty if anything else reads the input: an operation, an output, a layer that
        is called on more than that, or a model of another kind.
    """
    network = model._functional if type(model) is keras.Sequential else model
    if type(network) is not Functional or len(network.inputs) != 1:
        return []
    calls = [call for level in network._nodes_by_depth.values() for call in level]
    tensors = list(network.inputs)
    readers = []
    for tensor in tensors:  # grows by the results of casts
        if any(output is tensor for output in network.outputs):
            return []
        for call in calls:
            if not any(read is tensor for read in call.input_tensors):
                continue
            layer = call.operation
            if isinstance(layer, Cast) and call.outputs[0].dtype == "float32":
                tensors += call.outputs
            elif len(call.input_tensors) == 1 and len(layer._inbound_nodes) == 1:
                readers.append(layer)
            else:
                return []
    return readers


@contextmanager
def call_instead(owner: Any, method: str, function: Callable[..., Any]) -> Iterator[None]:
    """Within it, a layer's or an optimizer's method is ``function`` instead of its own."""
    replaced = vars(owner).get(method)
    # Past Keras's own __setattr__, which tracks what a layer is given.
    object.__setattr__(owner, method, function)
    try:
        yield
    finally:
        if replaced is None:
            object.__delattr__(owner, method)
        else:
            object.__setattr__(owner, method, replaced)


def gather_ragged(
    numbers: tf.Tensor, starts: tf.Tensor, rows: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Rows of different lengths, one after another.

    The kernels below ``tf.RaggedTensor``, which would find the rows of the numbers by a dense
    mask: that took longer than the product they are for.

    Args:
        numbers: of all rows, shape (all,).
        starts: where rows begin in them, int64 (all rows + 1,).
        rows: which rows, shape (batch,).

    Returns:
        For each number its place among ``rows``, int64 (found,), and the number itself.
    """
    gathered = tf.raw_ops.RaggedGather(
        params_nested_splits=[starts],
        params_dense_values=numbers,
        indices=rows,
        OUTPUT_RAGGED_RANK=1,
    )
    found = gathered.output_dense_values
    places = tf.raw_ops.RaggedTensorToSparse(
        rt_nested_splits=gathered.output_nested_splits, rt_dense_values=found
    )
    # Split, not sliced: a slice of one column took as long as the gathering.
    return tf.reshape(tf.split(places.sparse_indices, 2, axis=1)[0], [-1]), found


def picks_variables_by_name(optimizer: Any) -> bool:
    """Whether an optimizer treats some variables otherwise: spared from decay, or not Muon's."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    return bool(
        getattr(inner, "_exclude_from_weight_decay", None)
        or getattr(inner, "_exclude_from_weight_decay_pattern", None)
        or getattr(inner, "exclude_layers", None)
    )


def restored_epoch(model: keras.Model) -> int | None:
    """Where ``BackupAndRestore`` says to go on, None when it says nothing."""
    epoch: int | None = model._initial_epoch
    return epoch


def evaluates_after(model: keras.Model, epoch: int, frequency: Any) -> bool:
    """Whether ``validation_freq`` asks for a validation after this epoch (from 0)."""
    return bool(model._should_eval(epoch, frequency))


def in_order_of_metrics(model: keras.Model, logs: dict[str, Any]) -> Any:
    """Logs as ``model.evaluate`` returns them without ``return_dict``."""
    return model._flatten_metrics_in_order(logs)


def overrides(callback: keras.callbacks.Callback, *hooks: str) -> bool:
    """Whether a callback has hooks of its own under any of the names."""
    return any(not is_default(getattr(callback, hook)) for hook in hooks)


def takes_summaries(tensorboard: keras.callbacks.TensorBoard) -> bool:
    """Whether a TensorBoard callback writes what layers summarize with ``tf.summary``: it sets
    its writer before each batch, and a step takes the writer that is set as it is traced."""
    return bool(tensorboard.update_freq != "epoch")


def traces_batches(tensorboard: keras.callbacks.TensorBoard) -> bool:
    """Whether a TensorBoard callback needs to see each batch by itself."""
    return bool(
        takes_summaries(tensorboard)
        or tensorboard.write_steps_per_second
        or tensorboard._should_trace
    )


class _Numbering(threading.local):
    numbers: Iterator[int] | None = None
    counted: frozenset[str] = frozenset()


_NUMBERING = _Numbering()
_next_number = ops.uid
_name_scope = ops.Graph.name_scope


def _number() -> int:
    numbers = _NUMBERING.numbers
    return int(_next_number() if numbers is None else next(numbers))


def _scope(graph: tf.Graph, name: str | None) -> AbstractContextManager[str]:
    if name in _NUMBERING.counted:
        name = without_number(name)
    scope: AbstractContextManager[str] = _name_scope(graph, name)
    return scope


ops.uid = _number
ops.Graph.name_scope = _scope


@contextmanager
def numbering_from(first: int, model: keras.Model) -> Iterator[None]:
    """Within it, what this thread traces is numbered from ``first`` on, functions in their names;
    the model and its optimizer show in the graph without the numbers in their names.

    TensorFlow and Keras number things in the order in which a process makes them, so a function
    has other names in a process that did something else before. XLA finds compiled programs by
    the name of their function, in memory too: nothing in a process may be given a number twice.
    """
    before = _NUMBERING.numbers, _NUMBERING.counted
    _NUMBERING.numbers = itertools.count(first)
    optimizers = (model.optimizer, getattr(model.optimizer, "inner_optimizer", None))
    counted = (getattr(part, "name", None) for part in (model, *optimizers))
    _NUMBERING.counted = frozenset(name for name in counted if isinstance(name, str))
    try:
        yield
    finally:
        _NUMBERING.numbers, _NUMBERING.counted = before


def without_number(name: str) -> str:
    """A name without the number that Keras counted it by: ``adam`` for ``adam_3``."""
    return re.sub(r"_\d+$", "", name)


def call_with_captures(
    function: Any, arguments: Sequence[tf.Tensor], captures: Sequence[tf.Tensor]
) -> Any:
    """Run a concrete function on variables that may be another model's than it was traced on.

    The private call also costs a fifth of the public one (60 instead of 300 microseconds), which
    is most of a short epoch.

    Args:
        function: a ``ConcreteFunction``.
        arguments: its flat arguments.
        captures: for each of ``function.captured_inputs`` what to use instead, of the same
            shape and dtype.
    """
    return function._call_flat(list(arguments), list(captures))


_CALLING = {
    "While": ("cond", "body"),
    "StatelessWhile": ("cond", "body"),
    "If": ("then_branch", "else_branch"),
    "StatelessIf": ("then_branch", "else_branch"),
    "Case": ("branches",),
    "StatelessCase": ("branches",),
    "PartitionedCall": ("f",),
    "StatefulPartitionedCall": ("f",),
}
"""Operations that call functions, and the attributes that name them."""


def called_by(operation: tf.Operation) -> Iterator[list[tf.Operation]]:
    """The operations of each function that an operation calls: a loop, a branch, a call."""
    for attribute in _CALLING.get(operation.type, ()):
        called = operation.get_attr(attribute)
        for function in called if isinstance(called, list) else [called]:
            yield operation.graph._get_function(function.name).graph.get_operations()


def operations_within(operations: Iterable[tf.Operation]) -> Iterator[tf.Operation]:
    """The operations of the functions that operations call, at any depth, without the given
    ones."""
    for operation in operations:
        for called in called_by(operation):
            yield from called
            yield from operations_within(called)


def device_bytes() -> int | None:
    """Memory of the first accelerator in bytes, None where there is none."""
    if not tf.config.list_physical_devices("GPU"):
        return None
    for device in device_lib.list_local_devices():
        if device.device_type == "GPU":
            return int(device.memory_limit)
    return None
