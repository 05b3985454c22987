"""Which form a step trains in, for networks around where the other becomes the quicker one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as kl

import kertasks

pytestmark = [
    pytest.mark.training,
    pytest.mark.skipif(
        bool(tf.config.list_physical_devices("GPU")), reason="an accelerator takes XLA for all"
    ),
]

IMAGE, SEQUENCE = (8, 8, 1), (4, 8)


@pytest.mark.parametrize(
    ("shape", "batch_size", "layers", "xla"),
    [
        ((64,), 256, [kl.Dense(256), kl.Dense(256)], True),
        (IMAGE, 32, [kl.Conv2D(4, 3)], True),
        (IMAGE, 1, [kl.Conv2D(16, 3), kl.Conv2D(32, 3)], True),
        (IMAGE, 32, [kl.Conv2D(16, 3), kl.Conv2D(32, 3)], False),
        (SEQUENCE, 32, [kl.LSTM(32)], True),
        (SEQUENCE, 1, [kl.LSTM(256)], True),
        (SEQUENCE, 32, [kl.LSTM(256)], False),
    ],
)
def test_the_form_is_decided_by_the_work_and_the_batch(
    shape: tuple[int, ...], batch_size: int, layers: Sequence[Any], xla: bool
) -> None:
    # The layers were named as this file was read: a session that was cleared since counts anew.
    ends = [kl.Flatten(), kl.Dense(1, name="last")]
    model = keras.Sequential([keras.Input(shape), *layers, *ends])
    model.compile("sgd", "mse")
    rows = np.zeros((batch_size, *shape), np.float32)
    history = kertasks.fit(model, rows, np.zeros(batch_size), batch_size=batch_size)
    assert history.params["xla"] is xla
