"""What Keras trains on, by whichever backend."""

from __future__ import annotations

import os
from collections.abc import Callable

import keras


def device_name() -> str:
    """What Keras trains on, for example ``"NVIDIA H200"`` or ``"CPU, 2 cores"``."""
    return _ACCELERATORS[keras.config.backend()]() or _processor()


def _of_tensorflow() -> str:
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        details = tf.config.experimental.get_device_details(gpu)
        return str(details.get("device_name", "GPU"))
    return ""


def _of_jax() -> str:
    import jax

    device = jax.devices()[0]
    return "" if device.platform == "cpu" else str(device.device_kind)


def _of_torch() -> str:
    import torch

    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    return "Apple GPU" if torch.backends.mps.is_available() else ""


_ACCELERATORS: dict[str, Callable[[], str]] = {
    "tensorflow": _of_tensorflow,
    "jax": _of_jax,
    "torch": _of_torch,
    "openvino": str,
    "numpy": str,
}
"""What finds the accelerator that each backend takes; it says nothing where there is none."""


def _processor() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"CPU, {cores} core{'s' if cores != 1 else ''}"
