"""Keras's errors in one line."""

from __future__ import annotations

import pytest

from kertasks.models.messages import one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            'Input 0 of layer "conv2d" is incompatible with the layer: expected min_ndim=4, '
            "found ndim=2. Full shape received: (None, 8)",
            "expects at least 3 dimensions, gets (8)",
        ),
        (
            'Input 0 of layer "lstm" is incompatible with the layer: expected ndim=3, '
            "found ndim=4. Full shape received: (None, 8, 8, 1)",
            "expects 2 dimensions, gets (8, 8, 1)",
        ),
        (
            'Input 0 of layer "dense" is incompatible with the layer: expected axis -1 of input '
            "shape to have value 4, but received input with shape (None, 8)",
            "expects 4 values on axis -1, gets (8)",
        ),
        (
            "Unrecognized keyword arguments passed to Dense: {'colour': 'red'}",
            "Dense has no argument colour",
        ),
        (
            "Exception encountered when calling Reshape.call().\n\n\x1b[1mThe total size of the "
            "tensor must be unchanged.\x1b[0m\n\nArguments received by Reshape.call():\n"
            "  • inputs=<KerasTensor shape=(None, 2), dtype=float32>",
            "The total size of the tensor must be unchanged",
        ),
        (
            "{{function_node __wrapped__Equal_device_/job:localhost}} Incompatible shapes: "
            "[2,46] vs. [2] [Op:Equal] name: ",
            "Incompatible shapes: [2,46] vs. [2]",
        ),
        (
            "Received an invalid value for `units`, expected a positive integer. Received: units=0",
            "Received an invalid value for units, expected a positive integer",
        ),
        (
            "Argument <class 'keras.src.layers.core.dense.Dense'> is not right.",
            "Argument Dense is not right",
        ),
        ("First sentence of a long explanation that goes on for some time. Second.", None),
    ],
)
def test_shortens(text: str, line: str | None) -> None:
    expected = text.split(". ")[0] if line is None else line
    assert one_line(ValueError(text)) == expected


def test_an_error_from_inside_keras_says_so() -> None:
    found = one_line(IndexError("tuple index out of range"))
    assert found == "Keras fails on it (IndexError: tuple index out of range)"
    assert one_line(AssertionError()) == "Keras fails on it (AssertionError)"
