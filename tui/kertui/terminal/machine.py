"""Which machine this is, in a few words, without a library that would have to be loaded."""

from __future__ import annotations

import os
import platform
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from kertasks.processes.gpus import installed_gpus

_NVIDIA = Path("/proc/driver/nvidia/gpus")


def describe_machine() -> list[str]:
    """The host's name and what it computes with: ``["gpu-box", "2 × NVIDIA H100"]``.

    May run a program for some hundred milliseconds: call it from a thread.
    """
    gpus = name_gpus(_from_driver() or (gpu.name for gpu in installed_gpus()))
    return [platform.node() or "this machine", *(gpus or [count_cores()])]


def name_gpus(models: Iterable[str]) -> list[str]:
    """Each model once, with how many of it there are."""
    counted = Counter(model.strip() for model in models if model.strip())
    return [f"{count} × {model}" if count > 1 else model for model, count in counted.items()]


def count_cores() -> str:
    """The processor's cores this process may use."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        cores = os.cpu_count() or 1
    return f"{cores} cores" if cores > 1 else "1 core"


def _from_driver() -> list[str]:
    models = []
    try:
        for file in sorted(_NVIDIA.glob("*/information")):
            lines = file.read_text(errors="replace").splitlines()
            models += [line.split(":", 1)[1] for line in lines if line.startswith("Model:")]
    except OSError:
        return []
    return models
