"""A layer of ReLUs that are off for every row, so that nothing is learned."""

import keras
import numpy as np

keras.utils.set_random_seed(14)
rng = np.random.default_rng(15)
x = rng.normal(size=(256, 8)).astype("float32")
y = (x[:, 0] > 0).astype("int32")

off = keras.initializers.Constant(-20.0)
model = keras.Sequential(
    [
        keras.Input((8,)),
        keras.layers.Dense(16, activation="relu", bias_initializer=off),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y, epochs=4, verbose=0)

results = {"history": history.history, "weights": model.get_weights()}
