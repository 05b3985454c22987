"""Batches from a Python generator without an end, and a PyDataset to validate on."""

import keras
import numpy as np

keras.utils.set_random_seed(4)


def batches():
    rng = np.random.default_rng(5)
    while True:
        x = rng.normal(size=(16, 4)).astype("float32")
        yield x, x.sum(axis=1, keepdims=True)


class HeldOut(keras.utils.PyDataset):
    """Draws its rows anew whenever it is asked: asked once more, all that follow are others."""

    def __len__(self):
        return 2

    def __getitem__(self, index):
        x = np.random.normal(size=(8, 4)).astype("float32")
        return x, x.sum(axis=1, keepdims=True)


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(batches(), steps_per_epoch=10, epochs=3, validation_data=HeldOut(), verbose=0)

results = {"history": history.history, "weights": model.get_weights()}
