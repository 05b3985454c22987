"""The trainer's host: whether it has the memory for a network, and how busy it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import psutil
import pynvml
from msgspec.structs import replace

from kertasks.data.dataset import Dataset
from kertasks.errors import UserError
from kertasks.models.messages import BuildError
from kertasks.processes.free_memory import free_memory
from kertasks.recipes.recipe import Recipe
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import Gpu, Machine
from kertasks.text.numbers import size


def require_memory(recipe: Recipe, data: Dataset) -> None:
    """See that the weights fit before any is drawn.

    Where they do not, Linux grants the memory all the same, fills it for a minute and then
    kills the process, or another one, without a word. A GPU refuses at once by itself.

    Raises:
        UserError: they do not fit.
    """
    # Not for a script's process, which may train with another backend.
    import tensorflow as tf

    from kertasks.models.memory import bytes_held

    if tf.config.list_physical_devices("GPU"):
        return
    try:
        needed = bytes_held(recipe, data)
    except BuildError:
        return  # building says it, with more about it
    free = free_memory()
    if needed > free:
        raise UserError(
            "out of memory: the network's weights and what the optimizer keeps of them need "
            f"{size(needed)}, and {size(free)} are free. "
            "Narrower layers or fewer of them need less."
        )


EVERY = 2.0
"""Seconds between two readings: a day of them is 6 MB of events."""

EVERY_PAUSED = 60.0
"""Seconds between two readings while the training waits for its person, maybe for days."""


class MachineWatch:
    """Reads the machine's load in a thread of its own, at most one event each ``EVERY`` seconds.

    Args:
        log: where the readings go.
        trained: says for how many seconds the run was trained until now.

    A reading costs 0.3 ms, and about 1 ms more for each GPU.
    """

    def __init__(self, log: EventLog, trained: Callable[[], float]) -> None:
        self._log = log
        self._trained = trained
        self._paused = False
        self.hosts: Callable[[], int | None] = lambda: None
        """Says how many hosts share the training just now; None where none does."""

        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="machine", daemon=True)
        self._thread.start()

    def pause(self, paused: bool) -> None:
        """Take it that the training pauses, or goes on."""
        self._paused = paused

    def close(self) -> None:
        """End the thread that reads."""
        self._over.set()
        self._thread.join()

    def _work(self) -> None:
        gpus = open_gpus()
        psutil.cpu_percent()  # the first answer covers the time to the second
        read = time.monotonic()
        while not self._over.wait(EVERY):
            now = time.monotonic()
            if not self._paused or now - read >= EVERY_PAUSED:
                read = now
                more = {"trained": self._trained(), "hosts": self.hosts()}
                self._log.add(replace(read_machine(gpus), **more))


def read_machine(gpus: Sequence[Any]) -> Machine:
    """The load now; the processors' since the call before.

    Args:
        gpus: NVIDIA's handles, from ``open_gpus``.
    """
    memory = psutil.virtual_memory()
    return Machine(
        t=time.time(),
        cpu=psutil.cpu_percent() / 100.0,
        memory=memory.total - memory.available,
        memory_total=memory.total,
        process_memory=psutil.Process().memory_info().rss,
        gpus=tuple(gpu for gpu in map(_read_gpu, gpus) if gpu is not None),
    )


def open_gpus() -> list[Any]:
    """Handles of the GPUs; none where NVIDIA's library is not there or does not answer."""
    try:
        pynvml.nvmlInit()
        return [
            pynvml.nvmlDeviceGetHandleByIndex(number)
            for number in range(pynvml.nvmlDeviceGetCount())
        ]
    except pynvml.NVMLError:
        return []


def _read_gpu(handle: Any) -> Gpu | None:
    try:
        memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
        return Gpu(
            name=str(pynvml.nvmlDeviceGetName(handle)),
            use=pynvml.nvmlDeviceGetUtilizationRates(handle).gpu / 100.0,
            memory=int(memory.used),
            memory_total=int(memory.total),
            temperature=int(pynvml.nvmlDeviceGetTemperature(handle, pynvml.NVML_TEMPERATURE_GPU)),
        )
    except pynvml.NVMLError:
        return None  # lost, or a card that does not tell
