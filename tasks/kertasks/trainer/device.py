"""What Keras trains on, by whichever backend."""

from __future__ import annotations

import os
from collections.abc import Callable

import keras

from kertasks.processes.gpus import visible_gpu


def device_name() -> str:
    """What Keras trains on, for example ``"NVIDIA H200"`` or ``"CPU, 2 cores"``; of a GPU also
    which one, where this process was told: ``"NVIDIA H200, GPU 1"``."""
    accelerator = _ACCELERATORS[keras.config.backend()]()
    if not accelerator:
        return _processor()
    gpu = visible_gpu()
    return f"{accelerator}, {gpu}" if gpu else accelerator


def missing_gpu() -> str:
    """What there is to say where this process was told to use a GPU and TensorFlow has none; empty
    where all is well."""
    gpu = visible_gpu()
    if not gpu or _of_tensorflow():
        return ""
    return (
        f"CUDA_VISIBLE_DEVICES says {gpu}, and TensorFlow finds no GPU: training on the processor "
        "(pip install 'kertui[gpu]' brings NVIDIA's libraries)"
    )


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
