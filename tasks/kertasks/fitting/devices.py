"""One network on several devices of this machine, each with a share of every batch.

TensorFlow's ``MirroredStrategy`` keeps the weights alike on all of them. Batch size, learning rate
and loss mean what they mean on one device, and the numbers are those of one device but for the
order of sums: Keras's own step takes the mean of the devices' means, which is another number where
a batch cannot be shared evenly; here each device counts by its rows. Training is Keras's own
``fit``, a step at a time: ``kertasks.fit`` compiles nothing that is distributed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from kertasks.errors import UserError
from kertasks.fitting.keras_internals.keras_building import build, shares_batches
from kertasks.fitting.keras_internals.keras_layers import all_layers
from kertasks.text.numbers import counted

ALL = "all"


class CannotUseDevices(UserError):
    """A network cannot be trained on several devices; the text says why."""


def chosen_devices(said: str) -> list[str]:
    """The devices that are meant, by TensorFlow's names: GPUs, or processors where there are none.

    Args:
        said: ``"all"``, or places from 0 such as ``"0,1"``.

    Raises:
        CannotUseDevices: there are no such devices here.
    """
    kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
    there = [device.name for device in tf.config.list_logical_devices(kind)]
    if said == ALL:
        return there
    by_place = {str(place): name for place, name in enumerate(there)}
    places = said.split(",")
    if not by_place.keys() >= {*places} or len({*places}) < len(places):
        raise CannotUseDevices(
            f"devices {said}: allowed are all, or some of {', '.join(by_place)}, each once: "
            f"{counted(len(there), kind)} of this machine"
        )
    return [by_place[place] for place in places]


def build_on(
    devices: list[str], make: Callable[[], keras.Model], rows: Any, batch_size: int
) -> keras.Model:
    """Make a compiled network whose training is shared among devices.

    Args:
        devices: by TensorFlow's names, at least two.
        make: makes it.
        rows: ``(x, y)`` that it will be trained on, with a row at least.
        batch_size: rows of a batch, of all devices together.

    Raises:
        CannotUseDevices: its numbers would not be those of one device.
    """
    if batch_size < len(devices):
        raise CannotUseDevices(
            f"a batch of {batch_size} cannot be shared among {len(devices)} devices: "
            "fit.batch_size is to be as many at least"
        )
    with tf.distribute.MirroredStrategy(devices).scope():
        model = make()
        if why := _why_not(model):
            raise CannotUseDevices(f"on several devices {why}")
        build(model, keras.tree.map_structure(lambda array: array[:1], rows), optimizer=True)
        shares_batches(model)
    return model


def _why_not(model: keras.Model) -> str:
    optimizer = model.optimizer
    if optimizer.gradient_accumulation_steps:
        return "compile.optimizer.gradient_accumulation_steps does not work: a larger batch does"
    if optimizer.use_ema:
        return "compile.optimizer.use_ema does not work in Keras"
    for layer in all_layers(model):
        if isinstance(layer, keras.layers.BatchNormalization) and not layer.synchronized:
            return (
                f"each would have means of its own share in the layer {layer.name}: "
                "synchronized = true takes those of the whole batch"
            )
    return ""
