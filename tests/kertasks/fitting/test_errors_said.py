"""What TensorFlow, Keras and a person's own code raise, as a person is told it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import pytest
import tensorflow as tf

import kertasks
from kertasks.text.error_text import described, without_stack

pytestmark = pytest.mark.training

ROWS = tf.ones((3, 4))


def _fails(x: tf.Tensor) -> tf.Tensor:
    raise ValueError("this layer wants three columns.\nGive it three.")


def _fails_by_key(x: tf.Tensor) -> tf.Tensor:
    columns: dict[str, tf.Tensor] = {}
    return columns["columns"]


def _fails_in_a_graph(x: tf.Tensor) -> tf.Tensor:
    return tf.function(_fails)(x)


def _multiplies(x: tf.Tensor) -> tf.Tensor:
    return tf.function(lambda rows: tf.matmul(rows, tf.zeros((7, 7))), autograph=False)(x)


def _runs_python(x: tf.Tensor) -> tf.Tensor:
    return tf.numpy_function(_fails, [x], tf.float32)


def _asserts(x: tf.Tensor) -> tf.Tensor:
    with tf.control_dependencies([tf.debugging.assert_less(x, 0.5, message="x is too large")]):
        return tf.identity(x)


def _asserts_silently(x: tf.Tensor) -> tf.Tensor:
    with tf.control_dependencies([tf.debugging.assert_less(x, 0.5)]):
        return tf.identity(x)


def _label(x: tf.Tensor) -> tf.Tensor:
    labels = tf.cast(x[:, 0], tf.int32) * 7
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, x)


@pytest.mark.parametrize(
    ("raises", "said"),
    [
        (_label, "Received a label value of 7 which is outside the valid range of [0, 4)."),
        (lambda x: tf.gather(ROWS, tf.cast(x[0] * 9, tf.int32)), "indices[0] = 9 is not in [0, 3)"),
        (_asserts, "assertion failed: x is too large"),
        (_asserts_silently, "assertion failed: Condition x < y did not hold element-wise"),
        (
            lambda x: tf.debugging.check_numerics(tf.math.log(-x), "log of x"),
            "log of x : Tensor had NaN values",
        ),
        (lambda x: 3 // tf.cast(x * 0, tf.int32), "Integer division by zero"),
        (
            lambda x: x + tf.zeros(tf.stack([tf.shape(x)[0] + 1, 4])),
            "Incompatible shapes: [3,4] vs. [4,4]",
        ),
        (
            lambda x: tf.reshape(x, tf.stack([7, tf.shape(x)[0]])),
            "Input to reshape is a tensor with 12 values, but the requested shape has 21",
        ),
        (_runs_python, "ValueError: this layer wants three columns."),
    ],
)
def test_what_an_operation_says_is_told(raises: Callable[..., Any], said: str) -> None:
    function = tf.function(raises, autograph=False)
    shape = tf.TensorSpec([None, 4])
    with pytest.raises(tf.errors.OpError) as caught:
        function.get_concrete_function(shape)(ROWS)
    assert "{{node" in str(caught.value)
    assert described(caught.value) == said


class Own(keras.layers.Layer):  # type: ignore[misc]  # Keras carries no types
    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self._function = function

    def call(self, inputs: Any) -> Any:
        return self._function(inputs)


@pytest.mark.parametrize(
    ("raises", "said"),
    [
        (_fails, "ValueError: this layer wants three columns."),
        (_fails_in_a_graph, "ValueError: this layer wants three columns."),
        (_fails_by_key, "KeyError: 'columns'"),
        (
            _multiplies,
            "ValueError: Dimensions must be equal, but are 4 and 7 for MatMul with input shapes: "
            "[3,4], [7,7].",
        ),
        (lambda x: x + tf.zeros((5, 4)), "Incompatible shapes: [3,4] vs. [5,4]"),
    ],
)
def test_what_a_layer_raises_is_told(raises: Callable[..., Any], said: str) -> None:
    with pytest.raises(Exception, match="Exception encountered") as caught:
        Own(raises)(ROWS)
    assert described(caught.value) == said


def test_operations_that_xla_lacks_are_named() -> None:
    def writes(x: tf.Tensor) -> tf.Tensor:
        return tf.strings.to_number(tf.strings.as_string(x))

    with pytest.raises(tf.errors.OpError) as caught:
        tf.function(writes, autograph=False, jit_compile=True)(ROWS)
    assert described(caught.value) == "XLA has no operation AsString"


def test_a_notice_gives_the_reason() -> None:
    class Unfinished(keras.Model):  # type: ignore[misc]  # Keras carries no types
        def call(self, inputs: Any) -> Any:
            raise RuntimeError("its layers come tomorrow")

    model = Unfinished()
    model.compile("sgd", "mse")
    notices: list[str] = []
    with pytest.raises(RuntimeError, match="tomorrow"):
        kertasks.fit(model, ROWS, ROWS, on_notice=notices.append)
    assert notices == [
        "training with Keras's own fit, which is slower: RuntimeError: its layers come tomorrow"
    ]


def test_memory_that_is_not_there_is_told() -> None:
    # As TensorFlow 2.21 said it after ten seconds of trying.
    text = (
        "Graph execution error:\n\nDetected at node model/zeros defined at (most recent call last):"
        '\n  File "own.py", line 70, in <module>\n\nOOM when allocating tensor with '
        "shape[2000000,1000000] and type float on /job:localhost/replica:0/task:0/device:CPU:0 by "
        "allocator mklcpu\n\t [[{{node model/zeros}}]]\nHint: If you want to see a list of "
        "allocated tensors when OOM happens, add report_tensor_allocations_upon_oom to RunOptions "
        "for current allocation info. This isn't available when running in Eager mode.\n"
        " [Op:__inference_run_8669]"
    )
    said = described(tf.errors.ResourceExhaustedError(None, None, text))
    assert said == "OOM when allocating tensor with shape[2000000,1000000] and type float"


def test_the_first_of_several_errors_is_told() -> None:
    text = (
        "2 root error(s) found.\n  (0) INVALID_ARGUMENT:  indices[0] = 9 is not in [0, 3)\n"
        "\t [[{{node a}}]]\n\t [[a/_4]]\n  (1) INVALID_ARGUMENT:  indices[1] = 8 is not in [0, 3)\n"
        "\t [[{{node b}}]]\n0 successful operations.\n0 derived errors ignored. [Op:__run_1]"
    )
    said = described(tf.errors.InvalidArgumentError(None, None, text))
    assert said == "indices[0] = 9 is not in [0, 3)"


def test_a_person_s_own_words_stay_as_they_are() -> None:
    text = "first line\n  indented\n\nanother paragraph [0, 3) 'quoted'"
    assert without_stack(RuntimeError(text)) == text
    assert described(RuntimeError(text)) == "RuntimeError: first line"
    assert described(ValueError("wrong are:\n  a, b\nc")) == "ValueError: wrong are: a, b"
    assert described(RuntimeError()) == "RuntimeError"
    assert described(KeyError("no such run here")) == "KeyError: no such run here"
    long = described(ValueError("word " * 200))
    assert len(long) < 330
    assert long.endswith("word …")
