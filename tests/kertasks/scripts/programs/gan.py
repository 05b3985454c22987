"""Two networks against each other, two optimizers, no loss of that name."""

import keras
import numpy as np

keras.utils.set_random_seed(8)
entropy = keras.losses.BinaryCrossentropy(from_logits=True)


class Gan(keras.Model):
    def __init__(self):
        super().__init__()
        self.generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
        self.critic = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        self.built = True

    def compile(self):
        super().compile()
        self.d_optimizer = keras.optimizers.SGD(0.1)
        self.g_optimizer = keras.optimizers.SGD(0.1)
        self.d_optimizer.build(self.critic.trainable_variables)
        self.g_optimizer.build(self.generator.trainable_variables)

    def call(self, noise):
        return self.generator(noise)

    def losses_of(self, real, noise):
        fake = self.critic(self.generator(noise))
        ones = keras.ops.ones_like(fake)
        told = entropy(ones, self.critic(real)) + entropy(0 * ones, fake)
        return told, entropy(ones, fake)


if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    def train_step(self, data):
        noise = tf.roll(data, 1, 0)
        with tf.GradientTape(persistent=True) as tape:
            d_loss, g_loss = self.losses_of(data, noise)
        for part, optimizer, loss in (
            (self.critic, self.d_optimizer, d_loss),
            (self.generator, self.g_optimizer, g_loss),
        ):
            weights = part.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return {"d_loss": d_loss, "g_loss": g_loss}

    Gan.train_step = train_step
else:
    import jax

    def train_step(self, state, real):
        """One step of both, without state, as JAX wants it: plain gradient descent."""
        weights, others, optimizer_state, metrics = state
        noise = jax.numpy.roll(real, 1, 0)
        of_critic = {id(v) for v in self.critic.trainable_variables}
        is_critic = [id(v) for v in self.trainable_variables]
        is_critic = [name in of_critic for name in is_critic]

        def losses(weights):
            pairs = list(zip(self.trainable_variables, weights, strict=True))
            with keras.StatelessScope(state_mapping=pairs):
                return self.losses_of(real, noise)

        (d_loss, g_loss) = losses(weights)
        d_gradients = jax.grad(lambda w: losses(w)[0])(weights)
        g_gradients = jax.grad(lambda w: losses(w)[1])(weights)
        weights = [
            weight - 0.1 * (d if critic else g)
            for weight, d, g, critic in zip(
                weights, d_gradients, g_gradients, is_critic, strict=True
            )
        ]
        logs = {"d_loss": d_loss, "g_loss": g_loss}
        return logs, (weights, others, optimizer_state, metrics)

    Gan.train_step = train_step

rng = np.random.default_rng(9)
real = rng.normal(loc=3.0, size=(128, 2)).astype("float32")
model = Gan()
model.compile()
history = model.fit(real, batch_size=32, epochs=3, verbose=0)

results = {"history": history.history, "weights": model.get_weights()}
