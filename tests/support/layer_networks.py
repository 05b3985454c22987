"""Networks of many kinds of layers, and rows for them, small and untrained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.splits import Split

layers = keras.layers


def rows_of(x: NDArray[Any], y: NDArray[Any]) -> Dataset:
    return Dataset(train=Split(x, y), class_names=("no", "yes"))


def compiled(entry: Any, output: Any, loss: str = "binary_crossentropy") -> keras.Model:
    model = keras.Model(entry, output)
    model.compile("adam", loss, metrics=["accuracy"])
    return model


def _numbers(*shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(7).normal(size=shape).astype("float32")


def _labels(rows: int) -> NDArray[np.int32]:
    return np.random.default_rng(8).integers(0, 2, rows).astype("int32")


def pictures() -> tuple[keras.Model, Dataset]:
    """Convolutions of several kinds, and what stands around them."""
    entry = keras.Input((8, 8, 2))
    one = layers.Conv2D(4, 3, activation="relu", name="kernels")(entry)
    one = layers.BatchNormalization()(one)
    one = layers.DepthwiseConv2D(2, depth_multiplier=2, name="depthwise")(one)
    one = layers.LeakyReLU()(one)
    other = layers.SeparableConv2D(3, 2, activation="tanh", name="separable")(entry)
    other = layers.Conv2DTranspose(5, 2, name="transposed")(other)
    one = layers.GlobalMaxPooling2D()(layers.Dropout(0.5)(one))
    other = layers.Flatten()(layers.SpatialDropout2D(0.2)(other))
    joined = layers.Concatenate()([one, other])
    output = layers.Dense(1, activation="sigmoid")(joined)
    return compiled(entry, output), rows_of(_numbers(24, 8, 8, 2), _labels(24))


def words() -> tuple[keras.Model, Dataset]:
    """An embedding with a mask, recurrent layers and attention."""
    entry = keras.Input((6,), dtype="int32")
    embedded = layers.Embedding(20, 4, mask_zero=True, name="words")(entry)
    read = layers.LSTM(3, return_sequences=True, name="lstm")(embedded)
    read = layers.Bidirectional(layers.GRU(2, return_sequences=True), name="both")(read)
    seen = layers.MultiHeadAttention(2, 3, name="heads")(read, read)
    seen = layers.LayerNormalization(name="normal")(layers.Add()([read, seen]))
    seen = layers.TimeDistributed(layers.Dense(3, activation="relu"), name="each")(seen)
    output = layers.Dense(1, activation="sigmoid")(layers.GlobalAveragePooling1D()(seen))
    x = np.random.default_rng(3).integers(0, 20, (12, 6)).astype("int32")
    return compiled(entry, output), rows_of(x, _labels(12))


def nested() -> tuple[keras.Model, Dataset]:
    """A network within a network, a layer that is called twice, one of several outputs and one of
    a cell of cells."""
    entry = keras.Input((10,))
    inner = keras.Sequential([layers.Dense(6, activation="relu"), layers.Dense(6)], name="inner")
    shared = layers.Dense(6, activation="tanh", name="shared")
    steps = layers.Reshape((3, 2))(shared(shared(inner(entry))))
    cells = [layers.GRUCell(2), layers.LSTMCell(3)]
    stacked = layers.RNN(cells, return_state=True, name="stacked")(steps)[0]
    wide = layers.Conv1D(2, 2, padding="same", name="along")(steps)
    joined = layers.Concatenate()([stacked, layers.Flatten()(wide)])
    scaled = layers.SpectralNormalization(layers.Dense(2), name="spectral")(joined)
    output = layers.Dense(1, activation="sigmoid")(scaled)
    return compiled(entry, output), rows_of(_numbers(16, 10), _labels(16))


def unknown() -> tuple[keras.Model, Dataset]:
    """A network in Python code of its own, of which Keras knows no order of layers."""

    class Own(keras.Model):  # type: ignore[misc]  # Keras carries no types
        def __init__(self) -> None:
            super().__init__()
            self.hidden = layers.Dense(3, activation="relu")
            self.out = layers.Dense(1, activation="sigmoid")

        def call(self, inputs: Any) -> Any:
            return self.out(self.hidden(inputs))

    model = Own()
    model.compile("adam", "binary_crossentropy")
    data = rows_of(_numbers(10, 4), _labels(10))
    model(data.train.x)
    return model, data


def keeping() -> tuple[keras.Model, Dataset]:
    """A layer that keeps its state from batch to batch, of four rows each."""
    entry = keras.Input(batch_shape=(4, 5, 2))
    output = layers.Dense(1, activation="sigmoid")(layers.LSTM(3, stateful=True)(entry))
    return compiled(entry, output), rows_of(_numbers(8, 5, 2), _labels(8))


KINDS: dict[str, Callable[[], tuple[keras.Model, Dataset]]] = {
    kind.__name__: kind for kind in (pictures, words, nested, unknown, keeping)
}
