"""A network of a class of its own, with a ``train_step`` of its own where the backend has one."""

import keras
import numpy as np

keras.utils.set_random_seed(6)


class Ranker(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(8, activation="relu")
        self.out = keras.layers.Dense(1)
        self.margin = keras.metrics.Mean(name="margin")

    def call(self, x):
        return self.out(self.hidden(x))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = keras.ops.mean(keras.ops.softplus(-y_pred * y))
        self.margin.update_state(y_pred * y)
        return loss


if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x, y, self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        return {"ranking": loss, "margin": self.margin.result()}

    Ranker.train_step = train_step

rng = np.random.default_rng(7)
x = rng.normal(size=(128, 5)).astype("float32")
y = np.sign(x[:, :1])
model = Ranker()
model.compile(optimizer=keras.optimizers.Adam(0.01))
history = model.fit(x, y, batch_size=32, epochs=3, verbose=0)

results = {"history": history.history, "weights": model.get_weights()}
