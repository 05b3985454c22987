"""What is said of layers, against NumPy; and that nobody can tell that they were looked at."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.support.layer_networks import KINDS, compiled, rows_of

import kertasks
from kertasks.data.dataset import Dataset
from kertasks.runs.looking.kept_epochs import kept_path
from kertasks.runs.looking.view import DoesNotApply, Look, Rows, decode_look, encode_look
from kertasks.runs.views.layer_page import LayerRecord, LayerRequest
from kertasks.runs.views.layer_table import Histogram, LayersRecord, LayersRequest
from kertasks.runs.weights_file import WeightsEpoch
from kertasks.trainer.weights.epoch_file import write_epoch
from kertasks.views.layers.layer_reading import MOST_ROWS
from kertasks.views.layers.updates import with_updates
from kertasks.views.table import look

W1 = np.array([[1.0, -1.0, -1.0], [0.5, -2.0, 1.0]], "float32")
B1 = np.array([0.1, -0.5, 0.0], "float32")
W2 = np.array([[2.0], [1.0], [-3.0]], "float32")
B2 = np.array([0.25], "float32")
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [0.5, 0.25]], "float32")
Y = np.array([0, 1, 1, 0, 1], "int32")
L2 = 0.1


def small() -> keras.Model:
    """Two inputs, three ReLUs of which the second never fires, one sigmoid."""
    entry = keras.Input((2,))
    regularizer = keras.regularizers.L2(L2)
    hidden = keras.layers.Dense(3, "relu", kernel_regularizer=regularizer, name="hidden")(entry)
    model = compiled(entry, keras.layers.Dense(1, "sigmoid", name="out")(hidden))
    model.set_weights([W1, B1, W2, B2])
    return model


def forward() -> tuple[NDArray[Any], NDArray[Any]]:
    hidden = np.maximum(X @ W1 + B1, 0)
    return hidden, 1 / (1 + np.exp(-(hidden @ W2 + B2)))


def gradients() -> list[NDArray[Any]]:
    """Of the mean cross-entropy and the penalty, by hand."""
    hidden, said = forward()
    at_out = (said - Y[:, None]) / len(X)
    at_hidden = (at_out @ W2.T) * (hidden > 0)
    return [
        X.T @ at_hidden + 2 * L2 * W1,
        at_hidden.sum(axis=0),
        hidden.T @ at_out,
        at_out.sum(axis=0),
    ]


def norm(*arrays: NDArray[Any]) -> float:
    return float(np.sqrt(sum((array.astype("float64") ** 2).sum() for array in arrays)))


def counted(numbers: NDArray[Any], found: Histogram | None) -> None:
    assert found is not None
    assert (found.low, found.high) == (numbers.min(), numbers.max())
    assert found.counts == tuple(np.histogram(numbers.astype("float32"), len(found.counts))[0])


def test_a_row_a_layer_as_numpy_computes_it() -> None:
    data = rows_of(X, Y)
    record = look(small(), data, LayersRequest(bins=5))
    assert isinstance(record, LayersRecord)
    assert (record.rows, record.row_count, record.sampled) == (Rows.TRAIN, 5, 5)
    one, two = record.layers
    hidden, said = forward()
    counted(np.concatenate([W1.ravel(), B1]), one.weights)
    counted(np.concatenate([W2.ravel(), B2]), two.weights)
    assert one.activations is not None
    assert one.activations.counts == tuple(np.histogram(hidden, 5)[0])
    assert one.activations.high == pytest.approx(hidden.max())
    assert (one.name, one.class_name, one.activation, one.shape) == (
        "hidden",
        "Dense",
        "relu",
        (3,),
    )
    assert (one.units, one.dead, one.parameters, one.saturated) == (3, 1, 9, None)
    assert (two.units, two.dead, two.parameters) == (1, 0, 4)
    near = (said < 1 / 40) | (said > 39 / 40)
    assert two.saturated == pytest.approx(near.mean())
    assert one.weight_norm == pytest.approx(norm(W1, B1))
    kernel, bias, *rest = gradients()
    assert one.gradient_norm == pytest.approx(norm(kernel, bias), rel=1e-5)
    assert two.gradient_norm == pytest.approx(norm(*rest), rel=1e-5)
    assert (one.update, record.since) == (None, None)
    assert look(small(), data, LayersRequest(bins=5)) == record


def test_the_size_of_an_update_is_measured_against_kept_weights(tmp_path: Path) -> None:
    model = small()
    write_epoch(kept_path(tmp_path, 7), [W1 * 0.9, B1, W2, B2])
    write_epoch(kept_path(tmp_path, 8), [W1, B1, W2 * 0.5, B2])
    alone = look(model, rows_of(X, Y), LayersRequest())

    def since(epoch: int, step: int = 0) -> LayersRecord:
        record = with_updates(alone, model, tmp_path, WeightsEpoch(epoch, step))
        assert isinstance(record, LayersRecord)
        return record

    record = since(8)
    assert record.since == 7
    assert record.layers[0].update == pytest.approx(norm(W1 * 0.1) / norm(W1 * 0.9, B1))
    assert record.layers[1].update == 0
    assert since(8, 3).since == 8
    assert since(7) == alone
    kept_path(tmp_path, 7).write_bytes(b"of nobody")
    assert since(8) == alone


def test_unit_by_unit_as_numpy_computes_it() -> None:
    record = look(small(), rows_of(X, Y), LayerRequest(index=0, first=1))
    assert isinstance(record, LayerRecord)
    hidden, _ = forward()
    assert (record.unit_count, record.first, record.layer_count) == (3, 1, 2)
    assert [unit.number for unit in record.units] == [1, 2]
    dead, last = record.units
    assert (dead.dead, dead.active, dead.mean) == (True, 0.0, 0.0)
    assert last.weight_norm == pytest.approx(norm(W1[:, 2]))
    assert last.bias == B1[2]
    assert last.mean == pytest.approx(hidden[:, 2].mean())
    assert last.active == pytest.approx((hidden[:, 2] > 0).mean())
    assert last.picture == ((-1.0, 1.0),)
    assert record.largest == 2.0
    kernel, bias = record.weights
    assert (kernel.name, kernel.shape, bias.name) == ("kernel", (2, 3), "bias")
    assert kernel.gradient_norm == pytest.approx(norm(gradients()[0]), rel=1e-5)
    counted(B1, bias.histogram)
    with pytest.raises(DoesNotApply, match="the network has 2 layers"):
        look(small(), rows_of(X, Y), LayerRequest(index=2))


def test_a_tanh_at_its_ends_is_saturated() -> None:
    entry = keras.Input((2,))
    hidden = keras.layers.Dense(3, "tanh")(entry)
    model = compiled(entry, keras.layers.Dense(1)(hidden), "mse")
    model.set_weights([W1 * 2, B1, W2, B2])
    record = look(model, rows_of(X, Y), LayersRequest())
    assert isinstance(record, LayersRecord)
    share = (np.abs(np.tanh(X @ (W1 * 2) + B1)) > 0.95).mean()
    assert 0 < share < 1
    assert record.layers[0].saturated == pytest.approx(share)
    assert record.layers[1].saturated is None


def test_weights_that_are_no_numbers_are_counted_apart() -> None:
    model = small()
    model.set_weights([np.array([[np.nan] * 3, W1[1]]), np.full(3, np.inf), W2, B2])
    record = look(model, rows_of(X, Y), LayersRequest(bins=4))
    assert isinstance(record, LayersRecord)
    found = record.layers[0].weights
    assert found is not None
    assert (found.not_finite, sum(found.counts)) == (6, 3)
    gradient = record.layers[0].gradient_norm
    assert gradient is not None
    assert not np.isfinite(gradient)


def every_layer(model: keras.Model, data: Dataset) -> tuple[LayersRecord, list[LayerRecord]]:
    """All that can be looked at, each after its way to a viewer."""

    def sent(request: Any) -> Any:
        record = look(model, data, request)
        arrived = decode_look(encode_look(Look(request, 0, 0, record))).record
        assert arrived == record
        return arrived

    table = sent(LayersRequest())
    return table, [sent(LayerRequest(index=place)) for place in range(len(table.layers))]


def starting(pages: dict[str, LayerRecord], name: str) -> LayerRecord:
    """The page of a layer that Keras named, and numbered where it named others before."""
    return next(page for known, page in pages.items() if known.startswith(name))


def test_convolutions_show_their_kernels() -> None:
    model, data = KINDS["pictures"]()
    table, pages = every_layer(model, data)
    assert all(one.activations is not None for one in table.layers)
    by_name = {page.layer.name: page for page in pages}
    kernel, bias = (np.asarray(one) for one in model.get_layer("kernels").weights)
    page = by_name["kernels"]
    assert (page.unit_word, page.unit_count, page.channels) == ("filter", 4, 2)
    assert page.units[3].picture == tuple(map(tuple, kernel[:, :, 0, 3]))
    assert page.units[3].weight_norm == pytest.approx(norm(kernel[..., 3]))
    assert page.units[2].bias == bias[2]
    output = np.maximum(
        keras.ops.convert_to_numpy(keras.ops.conv(data.train.x, kernel, padding="valid")) + bias, 0
    )
    assert page.units[1].mean == pytest.approx(output[..., 1].mean(), rel=1e-4)
    assert page.units[1].active == pytest.approx((output[..., 1] > 0).any(axis=(1, 2)).mean())
    index = next(place for place, one in enumerate(table.layers) if one.name == "kernels")
    other = look(model, data, LayerRequest(index=index, channel=9))
    assert isinstance(other, LayerRecord)
    assert other.channel == 1
    assert other.units[3].picture == tuple(map(tuple, kernel[:, :, 1, 3]))
    weights = np.asarray(model.get_layer("transposed").kernel)
    transposed = by_name["transposed"].units
    assert len(transposed) == 5
    assert transposed[4].weight_norm == pytest.approx(norm(weights[:, :, 4]))
    deep = np.asarray(model.get_layer("depthwise").kernel)
    assert by_name["depthwise"].unit_count == 8
    assert by_name["depthwise"].units[3].weight_norm == pytest.approx(norm(deep[:, :, 1, 1]))
    point = np.asarray(model.get_layer("separable").pointwise_kernel)
    assert by_name["separable"].units[2].weight_norm == pytest.approx(norm(point[..., 2]))
    assert starting(by_name, "flatten").unit_count == 0
    assert starting(by_name, "leaky_re_lu").units[0].active is not None


def test_recurrent_layers_tell_of_each_units_gates_together() -> None:
    model, data = KINDS["words"]()
    table, pages = every_layer(model, data)
    assert all(one.activations is not None for one in table.layers)
    assert all(one.gradient_norm is not None for one in table.layers if one.parameters)
    by_name = {page.layer.name: page for page in pages}
    embeddings = np.asarray(model.get_layer("words").embeddings)
    assert (by_name["words"].unit_word, by_name["words"].unit_count) == ("row", 20)
    assert by_name["words"].units[5].picture == (tuple(embeddings[5]),)
    cell = model.get_layer("lstm").cell
    kernel, recurrent = np.asarray(cell.kernel), np.asarray(cell.recurrent_kernel)
    unit = starting(by_name, "lstm").units[1]
    gates = [gate * 3 + 1 for gate in range(4)]
    assert unit.weight_norm == pytest.approx(norm(kernel[:, gates]))
    assert unit.recurrent_norm == pytest.approx(norm(recurrent[:, gates]))
    backward = model.get_layer("both").backward_layer.cell
    assert by_name["both"].unit_count == 4
    assert by_name["both"].units[3].weight_norm == pytest.approx(
        norm(np.asarray(backward.kernel)[:, [1, 3, 5]])
    )
    assert by_name["each"].units[0].active is not None
    assert "query/kernel" in [weight.name for weight in by_name["heads"].weights]


@pytest.mark.parametrize("kind", ["nested", "unknown", "keeping"])
def test_what_cannot_be_had_is_left_out(kind: str) -> None:
    model, data = KINDS[kind]()
    table, pages = every_layer(model, data)
    assert all(one.weights is not None for one in table.layers if one.parameters)
    seen = {one.name for one in table.layers if one.activations is not None}
    known = {one.name for one in table.layers if one.gradient_norm is not None}
    if kind == "nested":
        assert {"shared", "along", "spectral", "stacked"} <= seen
        assert {"inner", "shared", "along", "spectral", "stacked"} <= known
    elif kind == "unknown":
        assert (seen, len(known)) == (set(), 2)
        assert pages[0].unit_count == 3
    else:
        assert seen == known == set()


def test_few_rows_of_many_are_looked_at_and_always_the_same() -> None:
    x = np.arange(5_000, dtype="float32").reshape(-1, 1) / 5_000
    entry = keras.Input((1,))
    model = compiled(entry, keras.layers.Dense(1, "sigmoid")(entry))
    data = rows_of(x, (x[:, 0] > 0.5).astype("int32"))
    first = look(model, data, LayersRequest())
    assert isinstance(first, LayersRecord)
    assert (first.row_count, first.sampled) == (5_000, MOST_ROWS)
    assert look(model, data, LayersRequest()) == first
    # Spread over all rows: the first and nearly the last are among them.
    said = kertasks.predict(model, x)
    found = first.layers[0].activations
    assert found is not None
    assert (found.high - found.low) > 0.99 * (said.max() - said.min())


def test_a_network_is_traced_once_and_let_go() -> None:
    calls = []

    class Counting(keras.layers.Dense):  # type: ignore[misc]  # Keras carries no types
        def call(self, inputs: Any, training: Any = None) -> Any:
            calls.append(1)
            return super().call(inputs, training)

    entry = keras.Input((2,))
    model = compiled(entry, keras.layers.Dense(1, "sigmoid")(Counting(3, "relu")(entry)))
    data = rows_of(X, Y)
    look(model, data, LayersRequest())
    traced = len(calls)
    model.set_weights([W1, B1, W2, B2])
    record = look(model, data, LayersRequest(bins=3))
    assert len(calls) == traced
    assert isinstance(record, LayersRecord)
    assert record.layers[0].dead == 1
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


def with_everything() -> keras.Model:
    """What has a state beside its weights: seeds, moving averages, a mask of an optimizer."""
    keras.utils.set_random_seed(5)
    entry = keras.Input((2,))
    one = keras.layers.BatchNormalization()(entry)
    one = keras.layers.Dense(8, "relu", kernel_regularizer="l2")(one)
    one = keras.layers.GaussianNoise(0.1)(keras.layers.Dropout(0.3)(one))
    one = keras.layers.ActivityRegularization(0.01)(one)
    return compiled(entry, keras.layers.Dense(1, "sigmoid")(one))


class LookEveryEpoch(keras.callbacks.Callback):  # type: ignore[misc]  # Keras carries no types
    def __init__(self, data: Dataset) -> None:
        super().__init__()
        self.data = data
        self.norms: list[float | None] = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        record = look(self.model, self.data, LayersRequest())
        assert isinstance(record, LayersRecord)
        self.norms.append(record.layers[1].gradient_norm)
        look(self.model, self.data, LayerRequest(index=1))


def test_a_training_goes_on_with_the_same_bits() -> None:
    x = np.random.default_rng(1).normal(size=(40, 2)).astype("float32")
    y = (x[:, 0] * x[:, 1] > 0).astype("int32")
    data = rows_of(x, y)
    ends = []
    for looked in (False, True):
        model = with_everything()
        looking = LookEveryEpoch(data)
        history = kertasks.fit(model, x, y, batch_size=8, epochs=3, callbacks=[looking] * looked)
        state = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
        ends.append(([np.asarray(one).tolist() for one in state], history.history))
        assert len(looking.norms) == 3 * looked
        assert None not in looking.norms
    assert ends[0] == ends[1]
