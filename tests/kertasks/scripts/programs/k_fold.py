"""Two folds, a network each."""

import keras
import numpy as np
from sklearn.model_selection import KFold

keras.utils.set_random_seed(10)
rng = np.random.default_rng(11)
x = rng.normal(size=(90, 4)).astype("float32")
y = x @ np.array([1.0, -2.0, 0.5, 0.0], "float32")

histories, weights = [], []
for train, held_out in KFold(2, shuffle=True, random_state=0).split(x):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.05), "mse", metrics=["mae"])
    history = model.fit(
        x[train],
        y[train],
        validation_data=(x[held_out], y[held_out]),
        epochs=2,
        batch_size=16,
        verbose=0,
    )
    histories.append(history.history)
    weights += model.get_weights()

results = {"history": histories, "weights": weights}
