"""Rows from ``tf.data``, shuffled and batched there."""

import keras
import numpy as np
import tensorflow as tf

keras.utils.set_random_seed(2)
rng = np.random.default_rng(0)
x = rng.normal(size=(192, 6)).astype("float32")
y = rng.integers(0, 3, size=192)

rows = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(192, seed=3).batch(32)
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(rows, validation_data=rows.take(2), epochs=3, verbose=0)

results = {"history": history.history, "weights": model.get_weights()}
