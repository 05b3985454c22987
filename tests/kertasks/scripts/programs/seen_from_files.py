"""Trains, plainly and followed, and writes the weights of each epoch.

``python seen_from_files.py FOLDER``: its runs are in ``home``, the weights in ``weights.npz``. The
first followed training waits after its second epoch until there is a file ``go``.
"""

import os
import sys
import time
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np

from kertasks.scripts.fit_hook import follow_fit
from kertasks.scripts.script import Script, set_under_way

folder = Path(sys.argv[1])
rng = np.random.default_rng(1)
x = rng.normal(size=(200, 2)).astype("float32")
y = (x[:, 0] * x[:, 1] > 0).astype("int32")


class OwnStep(keras.Model):
    """A step of its own: what it computes is Keras's."""

    def train_step(self, state, data):
        return super().train_step(state, data)


@keras.saving.register_keras_serializable("lab")
class Wave(keras.layers.Layer):
    """A layer that only this program has."""

    def call(self, inputs):
        return keras.ops.sin(inputs)


class Own(keras.Model):
    """A network that computes by its own code."""

    def call(self, *args, **kwargs):
        return 2 * super().call(*args, **kwargs)


def train(kind, hidden, epochs, waits=False):
    """Train a network, and give its History and its weights after each epoch."""
    keras.utils.set_random_seed(4)
    inputs = keras.Input((2,))
    outputs = keras.layers.Dense(1, activation="sigmoid", name="last")(hidden()(inputs))
    model = kind(inputs, outputs)
    model.compile(
        keras.optimizers.SGD(0.1), keras.losses.BinaryCrossentropy(), metrics=["accuracy"]
    )
    weights = []

    def keep(epoch, logs):
        weights.append([np.array(weight) for weight in model.get_weights()])
        while waits and epoch == 1 and not (folder / "go").exists():
            time.sleep(0.02)

    kept = keras.callbacks.LambdaCallback(on_epoch_end=keep)
    history = model.fit(x, y, epochs=epochs, validation_split=0.25, verbose=0, callbacks=[kept])
    return history.history, weights


def hidden():
    return keras.layers.Dense(4, activation="tanh", name="first")


plain = train(OwnStep, hidden, 200)
set_under_way(Script("lab.py", folder / "home"))
follow_fit(keras, fast=False)
followed = train(OwnStep, hidden, 200, waits=True)
assert followed[0] == plain[0]
assert all(map(np.array_equal, followed[1][-1], plain[1][-1]))
train(OwnStep, Wave, 1)
train(Own, hidden, 1)
assert "kertasks.views.table" not in sys.modules  # which computes by TensorFlow
arrays = {f"{epoch}-{n}": w for epoch, ws in enumerate(followed[1], 1) for n, w in enumerate(ws)}
np.savez(folder / "weights.npz", **arrays)
np.savez(folder / "data.npz", x=x, y=y)
