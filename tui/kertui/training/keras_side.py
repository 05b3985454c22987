"""What of a trainer process needs Keras. Importing this imports TensorFlow: 4 to 6 seconds."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

import kertasks
from kertasks.layers import introspection
from kertasks.models import check, check_build
from kertasks.recipes import json_form
from kertui.training import manifest_writing, run
from kertui.training.data_shelf import DataShelf


class KerasSide:
    """Answers what needs Keras, and trains.

    Args:
        cache_dir: where the catalog is kept.
        shelf: data, shared with who describes it.
    """

    def __init__(self, cache_dir: Path, shelf: DataShelf) -> None:
        self._cache_dir = cache_dir
        self._shelf = shelf
        grow_memory()

    def warm_up(self) -> None:
        """Train a tiny network once: the first training of a process loads and compiles
        much that the next one finds there, about a second's worth.
        """
        manifest_writing.versions()
        network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        network.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
        rows = np.zeros((4, 2), dtype=np.float32)
        kertasks.fit(network, rows, rows[:, 0], batch_size=1, epochs=2, verbose=0)
        # Names of layers are counted; a run has the same ones in a fresh process.
        keras.utils.clear_session()

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one request.

        Raises:
            kertasks.UserError: for the person.
            ValueError: an operation this version does not know.
        """
        op = request["op"]
        if op == "check":
            recipe = json_form.from_json(request["recipe"])
            shape = self._shelf.shape(recipe.task, recipe.data.variant, recipe.seed)
            return check.to_json(check_build.check_model(recipe, shape))
        if op == "catalog":
            introspection.ensure_catalog(self._cache_dir)
            return {}
        raise ValueError(f"a trainer cannot {op!r}")

    def train(self, folder: Path) -> bool:
        """Train the run of that folder; False when it failed."""
        return run.train(folder, self._shelf, device_name())


def grow_memory() -> None:
    """Let TensorFlow take a GPU's memory as it needs it, not all of it at once."""
    for gpu in tf.config.list_physical_devices("GPU"):
        # Too late when something initialised the device before: then it stays as it is.
        with contextlib.suppress(RuntimeError, ValueError):
            tf.config.experimental.set_memory_growth(gpu, True)


def device_name() -> str:
    """What Keras trains on, for example ``"NVIDIA H200"`` or ``"CPU, 2 cores"``."""
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        return str(details.get("device_name", "GPU"))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"CPU, {cores} core{'s' if cores != 1 else ''}"
