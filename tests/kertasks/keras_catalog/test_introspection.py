"""What the catalog says is what Keras says."""

from __future__ import annotations

import keras
import pytest

from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Catalog, ClassInfo, Family
from kertasks.keras_catalog.docstrings import argument_of, read_docstring
from kertasks.keras_catalog.excluded import EXCLUDED_LAYERS
from kertasks.keras_catalog.introspection import (
    NESTED_ONLY,
    arguments_of,
    sample_arguments,
    with_limits,
)
from kertasks.keras_catalog.offer import by_name


def layer(catalog: Catalog, name: str) -> ClassInfo:
    info = catalog.find(Family.LAYERS, name)
    assert info is not None
    return info


def argument(catalog: Catalog, name: str, argument: str) -> Argument:
    found = layer(catalog, name).argument(argument)
    assert found is not None
    return found


def test_every_layer_of_keras_is_offered_or_excluded_for_a_reason(catalog: Catalog) -> None:
    for name in dir(keras.layers):
        what = getattr(keras.layers, name)
        if isinstance(what, type) and issubclass(what, keras.layers.Layer):
            is_offered = catalog.find(Family.LAYERS, name) is not None
            assert is_offered != (name in EXCLUDED_LAYERS), name


def test_dense(catalog: Catalog) -> None:
    dense = layer(catalog, "Dense")
    assert dense.topic == "core"
    assert dense.summary == "Just your regular densely-connected NN layer."
    assert "element-wise activation" in dense.help
    assert "Args:" not in dense.help
    units = argument(catalog, "Dense", "units")
    assert (units.kind, units.required, units.optional) == (ArgumentKind.INTEGER, True, False)
    assert units.minimum == 1
    assert units.help == "Positive integer, dimensionality of the output space."
    use_bias = argument(catalog, "Dense", "use_bias")
    assert (use_bias.kind, use_bias.default) == (ArgumentKind.BOOLEAN, True)
    kernel = argument(catalog, "Dense", "kernel_initializer")
    assert (kernel.family, kernel.default) == (Family.INITIALIZERS, "glorot_uniform")
    assert argument(catalog, "Dense", "bias_regularizer").family is Family.REGULARIZERS
    assert argument(catalog, "Dense", "bias_constraint").family is Family.CONSTRAINTS
    assert argument(catalog, "Dense", "trainable").kind is ArgumentKind.BOOLEAN
    names = [argument.name for argument in dense.arguments]
    assert names[:3] == ["units", "activation", "use_bias"]
    assert "name" not in names


def test_defaults_and_families(catalog: Catalog) -> None:
    activation = argument(catalog, "LSTM", "activation")
    assert (activation.family, activation.default) == (Family.ACTIVATIONS, "tanh")
    assert activation.optional
    assert argument(catalog, "Dense", "activation").default is None
    assert argument(catalog, "LSTM", "recurrent_activation").default == "sigmoid"


def test_choices(catalog: Catalog) -> None:
    def choices(name: str, key: str) -> set[str]:
        found = argument(catalog, name, key)
        assert found.kind is ArgumentKind.CHOICE
        return set(found.choices)

    assert choices("Conv2D", "padding") == {"valid", "same"}
    assert choices("Conv1D", "padding") == {"valid", "same", "causal"}
    assert choices("Bidirectional", "merge_mode") == {"sum", "mul", "concat", "ave"}
    assert choices("Conv2D", "data_format") == {"channels_last", "channels_first"}
    assert choices("RandomFlip", "mode") == {
        "horizontal", "vertical", "horizontal_and_vertical",
    }  # fmt: skip
    assert argument(catalog, "EinsumDense", "equation").kind is ArgumentKind.STRING


def test_kinds(catalog: Catalog) -> None:
    kinds = {
        ("Conv2D", "filters"): ArgumentKind.INTEGER,
        ("Conv2D", "kernel_size"): ArgumentKind.INTEGERS,
        ("MaxPooling2D", "strides"): ArgumentKind.INTEGERS,
        ("Reshape", "target_shape"): ArgumentKind.INTEGERS,
        ("Permute", "dims"): ArgumentKind.INTEGERS,
        ("Dropout", "rate"): ArgumentKind.NUMBER,
        ("Dropout", "seed"): ArgumentKind.INTEGER,
        ("RandomRotation", "factor"): ArgumentKind.NUMBERS,
        ("Normalization", "mean"): ArgumentKind.NUMBERS,
        ("MultiHeadAttention", "num_heads"): ArgumentKind.INTEGER,
        ("BatchNormalization", "momentum"): ArgumentKind.NUMBER,
        ("Bidirectional", "layer"): ArgumentKind.LAYER,
        ("Bidirectional", "backward_layer"): ArgumentKind.LAYER,
        ("TimeDistributed", "layer"): ArgumentKind.LAYER,
        ("RNN", "cell"): ArgumentKind.LAYER,
        ("Dense", "dtype"): ArgumentKind.CHOICE,
    }
    found = {key: argument(catalog, *key).kind for key in kinds}
    assert found == kinds


def test_limits_that_keras_itself_checks(catalog: Catalog) -> None:
    def limits(name: str, key: str) -> tuple[float | None, float | None]:
        found = argument(catalog, name, key)
        return found.minimum, found.maximum

    assert limits("Dense", "units") == (1, None)
    assert limits("Dropout", "rate") == (0, 1)
    assert limits("Conv2D", "filters") == (1, None)
    assert limits("Conv2D", "kernel_size") == (1, None)
    assert limits("ZeroPadding1D", "padding") == (0, None)
    assert limits("BatchNormalization", "axis") == (None, None)
    assert limits("RandomBrightness", "factor") == (-1, 1)


def test_no_default_breaks_its_own_limits(catalog: Catalog) -> None:
    for info in catalog.classes:
        for found in info.arguments:
            values = found.default if isinstance(found.default, list) else [found.default]
            for value in values:
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    assert found.minimum is None or value >= found.minimum, (info.name, found)
                    assert found.maximum is None or value <= found.maximum, (info.name, found)
            if found.kind is ArgumentKind.CHOICE and found.default is not None:
                assert found.default in found.choices, (info.name, found)


def test_merging_layers_take_several_inputs(catalog: Catalog) -> None:
    several = {info.name for info in catalog.family(Family.LAYERS) if info.several_inputs}
    assert {"Add", "Concatenate", "Dot", "Attention", "MultiHeadAttention"} <= several
    assert not {"Dense", "LSTM", "LSTMCell", "ConvLSTM1D"} & several


def test_cells_are_marked_as_parts_of_others(catalog: Catalog) -> None:
    cells = {info.name for info in catalog.family(Family.LAYERS) if info.topic == NESTED_ONLY}
    assert cells == {"GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells"}


def test_identifiers_are_those_of_keras(catalog: Catalog) -> None:
    def name(family: Family, identifier: str) -> str:
        found = catalog.find(family, identifier)
        assert found is not None
        return found.name

    assert name(Family.LAYERS, "AvgPool2D") == "AveragePooling2D"
    assert name(Family.LOSSES, "mse") == "MeanSquaredError"
    assert name(Family.LOSSES, "binary_crossentropy") == "BinaryCrossentropy"
    assert name(Family.METRICS, "mae") == "MeanAbsoluteError"
    assert name(Family.METRICS, "acc") == "accuracy"
    assert name(Family.INITIALIZERS, "he_normal") == "HeNormal"
    assert name(Family.REGULARIZERS, "l2") == "L2"
    assert name(Family.ACTIVATIONS, "swish") == "silu"
    assert name(Family.OPTIMIZERS, "rmsprop") == "RMSprop"


def test_optimizers_have_a_learning_rate_above_0(catalog: Catalog) -> None:
    for name in ("SGD", "Adam", "RMSprop"):
        info = catalog.find(Family.OPTIMIZERS, name)
        assert info is not None
        rate = info.argument("learning_rate")
        assert rate is not None
        assert (rate.kind, rate.minimum, rate.above) == (ArgumentKind.NUMBER, None, 0)


def test_every_class_is_described(catalog: Catalog) -> None:
    for info in catalog.classes:
        assert info.summary, info.name
        assert "\n" not in info.summary
        assert info.topic


@pytest.mark.parametrize(
    ("family", "name"),
    [(Family.LAYERS, "Conv2D"), (Family.LAYERS, "GRU"), (Family.LAYERS, "Embedding"),
     (Family.LAYERS, "RandomFlip"), (Family.OPTIMIZERS, "Adam"), (Family.OPTIMIZERS, "Ftrl")],
)  # fmt: skip
def test_what_every_class_takes_has_the_limits_that_each_confirms(
    family: Family, name: str, catalog: Catalog
) -> None:
    """Keras is asked of it once, of the base of all; here the class itself is asked."""
    entry = by_name(family)[name]
    documented = arguments_of(entry, family)
    asked = {found.name: found for found in with_limits(entry.what, documented)}
    info = catalog.find(family, name)
    assert info is not None
    every = {Family.LAYERS: {"trainable", "dtype"}, Family.OPTIMIZERS: {"clipnorm", "use_ema"}}
    assert every[family] < {found.name for found in info.arguments}
    for found in info.arguments:
        if found.name != "learning_rate":  # bounded beyond what Keras confirms
            assert found == asked[found.name]


ASK_FOR_MORE = {"CategoryEncoding", "Discretization"}
"""Their signatures need nothing; their constructors then want one of two arguments."""


def test_whatever_needs_no_argument_is_constructed_from_its_entry(catalog: Catalog) -> None:
    for info in catalog.classes:
        if info.family is Family.ACTIVATIONS or any(a.required for a in info.arguments):
            continue
        what = by_name(info.family)[info.name].what
        if isinstance(what, type) and info.name not in ASK_FOR_MORE:
            what()


def test_most_classes_accept_their_own_defaults(catalog: Catalog) -> None:
    """Given one by one, so that every default is known to be what Keras means by it."""
    for info in catalog.family(Family.LAYERS):
        what = by_name(Family.LAYERS)[info.name].what
        sample = sample_arguments(what, info.arguments)
        if sample is None:
            continue
        for found in info.arguments:
            if not found.required and found.default is not None:
                default = found.default
                given = tuple(default) if isinstance(default, list) else default
                what(**{**sample, found.name: given})


def _takes(what: type[object], arguments: dict[str, object]) -> bool:
    try:
        what(**arguments)
    except (TypeError, ValueError):
        return False
    return True


def test_a_whole_number_is_taken_wherever_a_float_is(catalog: Catalog) -> None:
    numeric = (ArgumentKind.NUMBER, ArgumentKind.NUMBERS, ArgumentKind.ANY)
    converted = 0
    for family in (Family.OPTIMIZERS, Family.LOSSES, Family.METRICS, Family.CONSTRAINTS):
        for info in catalog.family(family):
            what = by_name(family)[info.name].what
            if not isinstance(what, type):
                continue
            sample = sample_arguments(what, info.arguments)
            if sample is None:
                continue
            for found in info.arguments:
                if found.kind in numeric and _takes(what, {**sample, found.name: 1.0}):
                    assert _takes(what, {**sample, found.name: found.for_keras(1)}), found
                    converted += found.for_keras((1,)) == (1.0,)
    assert converted > 100


def test_only_where_keras_takes_any_number_a_whole_one_becomes_a_float(catalog: Catalog) -> None:
    rate = argument(catalog, "Dropout", "rate")
    assert [type(rate.for_keras(value)) for value in (0, 1, 0.5, True, "a", None)] == [
        float, float, float, bool, str, type(None),
    ]  # fmt: skip
    assert type(argument(catalog, "Dense", "units").for_keras(2)) is int
    assert type(argument(catalog, "Hashing", "mask_value").for_keras(2)) is int


@pytest.mark.parametrize(
    ("name", "default", "text", "kind"),
    [
        ("axis", -1, "Axis along which to concatenate.", ArgumentKind.INTEGER),
        ("max_value", 2, "the maximum norm value for the incoming weights.", ArgumentKind.NUMBER),
        ("beta", 0.9, "A float value or a constant float tensor.", ArgumentKind.NUMBER),
        ("thresholds", None, "(Optional) A float, or a list of floats.", ArgumentKind.NUMBERS),
        ("top_k", None, "(Optional) Unset by default. An int value.", ArgumentKind.INTEGER),
        ("use_cudnn", "auto", 'Whether to use cuDNN. `"auto"` will try.', ArgumentKind.ANY),
        ("anything", None, "", ArgumentKind.ANY),
    ],
)  # fmt: skip
def test_kinds_from_words(name: str, default: object, text: str, kind: ArgumentKind) -> None:
    assert argument_of(name, default, text).kind is kind


class _Documented:
    """Does a thing, a.k.a. something. And more.

    A paragraph with
    a [link](https://example.org).

    >>> example()

    Args:
        first: A number: with a colon.
            And a second line.
          second: crooked.
        **kwargs: not one.

    Call arguments:
        inputs: List of tensors.
    """


def test_docstrings_are_split_by_known_names() -> None:
    read = read_docstring(_Documented, ["first", "second"], ["inputs"])
    assert read.summary == "Does a thing, a.k.a. something."
    assert read.help.endswith("A paragraph with a link.")
    assert read.arguments == {
        "first": "A number: with a colon. And a second line.",
        "second": "crooked.",
    }
    assert read.call_arguments == {"inputs": "List of tensors."}
