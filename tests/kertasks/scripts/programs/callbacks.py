"""Early stopping, a rate that is lowered, and a file of the best epoch's weights."""

import tempfile
from pathlib import Path

import keras
import numpy as np

keras.utils.set_random_seed(12)
rng = np.random.default_rng(13)
x = rng.normal(size=(200, 6)).astype("float32")
y = rng.integers(0, 2, size=200).astype("float32")  # nothing to learn: it gets worse soon

model = keras.Sequential(
    [
        keras.Input((6,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
with tempfile.TemporaryDirectory() as folder:
    best = Path(folder) / "best.weights.h5"
    history = model.fit(
        x,
        y,
        validation_split=0.5,
        epochs=30,
        batch_size=20,
        verbose=0,
        callbacks=[
            keras.callbacks.EarlyStopping(patience=6, restore_best_weights=True),
            keras.callbacks.ReduceLROnPlateau(patience=2, factor=0.5),
            keras.callbacks.ModelCheckpoint(best, save_best_only=True, save_weights_only=True),
        ],
    )
    restored = model.get_weights()
    model.load_weights(best)

results = {"history": history.history, "weights": [*restored, *model.get_weights()]}
