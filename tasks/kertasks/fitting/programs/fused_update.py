"""The optimizer's step over a large variable as one operation of a plain graph.

RMSprop's step is nine operations, each of which reads and writes the whole variable and waits for
all of TensorFlow's threads: beside other programs, on two cores, that took ten times as long as
the rest of a step with words. XLA makes one operation of the optimizer's own code.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import keras
import tensorflow as tf

from kertasks.fitting.keras_internals import call_instead

LARGE = 16_384
"""Numbers in a variable from which its step is fused; below, an operation takes microseconds."""


def fusing_updates(model: keras.Model) -> AbstractContextManager[None]:
    """Within it, what is traced of the optimizer updates large variables in one operation.

    Only Keras's own optimizers: XLA is known to have what they are made of. Not Ftrl, which
    divides the difference of two nearly equal roots by the learning rate: what XLA rounds
    otherwise would show.

    Args:
        model: a compiled model with a built optimizer.
    """
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    is_kerass = type(optimizer).__module__.startswith("keras.")
    if not is_kerass or isinstance(optimizer, keras.optimizers.Ftrl):
        return nullcontext()
    own_step = optimizer.update_step

    def update_step(gradient: Any, variable: tf.Variable, learning_rate: Any) -> None:
        if not tf.is_tensor(gradient) or variable.shape.num_elements() < LARGE:
            own_step(gradient, variable, learning_rate)
            return

        def update(gradient: tf.Tensor, learning_rate: tf.Tensor) -> None:
            own_step(gradient, variable, learning_rate)

        fused = tf.function(update, jit_compile=True, autograph=False)
        fused(gradient, tf.convert_to_tensor(learning_rate))

    return call_instead(optimizer, "update_step", update_step)
