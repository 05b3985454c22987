"""The NVIDIA GPUs of this machine, and how a process is given one of them alone; asked of NVIDIA's
own program, without a library that trains."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass

_VISIBLE = "CUDA_VISIBLE_DEVICES"
_ORDER = "CUDA_DEVICE_ORDER"

_SECONDS = 10.0
"""That the program may take: without NVIDIA's daemon it wakes each GPU up first."""


@dataclass(frozen=True, slots=True)
class InstalledGpu:
    """A GPU of this machine."""

    index: int
    """Its number in the order of the PCI bus, from 0."""

    uuid: str
    """``GPU-8932f937-…``, which no other has."""

    name: str
    """``NVIDIA H100 80GB HBM3``."""


def installed_gpus() -> tuple[InstalledGpu, ...]:
    """The GPUs of this machine, those too that this process may not use; none where there is no
    driver, or it does not answer. May take a second: call it from a thread."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    try:
        done = subprocess.run(
            [program, "--query-gpu=index,uuid,name", "--format=csv,noheader"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(filter(None, map(_gpu, done.stdout.splitlines())))


def gpu_environments() -> tuple[dict[str, str], ...]:
    """For each GPU that this process may use, what a process needs in its environment to use that
    one alone; none where there is no GPU, or the person's own ``CUDA_VISIBLE_DEVICES`` has none."""
    gpus = installed_gpus()
    visible = os.environ.get(_VISIBLE)
    if visible is None:
        # By this order a number is that of nvidia-smi; CUDA's own begins with the fastest GPU.
        order = {_ORDER: os.environ.get(_ORDER, "PCI_BUS_ID")}
        return tuple({**order, _VISIBLE: str(gpu.index)} for gpu in gpus)
    found = []
    for word in map(str.strip, visible.split(",")):
        if not _names_one(word, gpus):
            break  # CUDA too ignores what comes after it
        found.append(word)
    return tuple({_VISIBLE: word} for word in dict.fromkeys(found))


def visible_gpu() -> str:
    """The first GPU that this process was told to use, ``"GPU 1"``; empty where it was told none,
    or nothing."""
    word = os.environ.get(_VISIBLE, "").split(",")[0].strip()
    if not word or word.startswith("-"):
        return ""
    return f"GPU {word}" if word.isdecimal() else word


def _gpu(line: str) -> InstalledGpu | None:
    """A GPU of a line of the answer; None where that says something else, as of a lost one."""
    index, *rest = (part.strip() for part in line.split(",", 2))
    return InstalledGpu(int(index), *rest) if index.isdecimal() and len(rest) == 2 else None


def _names_one(word: str, gpus: tuple[InstalledGpu, ...]) -> bool:
    """Whether a word of ``CUDA_VISIBLE_DEVICES`` names a GPU that is there."""
    if word.isdecimal():
        return int(word) < len(gpus)
    if word.startswith("MIG-"):  # a part of a GPU, which the program does not list
        return bool(gpus)
    return word.startswith("GPU-") and any(gpu.uuid.startswith(word) for gpu in gpus)
