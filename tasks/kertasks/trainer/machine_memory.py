"""Whether this machine has the memory that a recipe's network takes. Runs in the trainer."""

from __future__ import annotations

from pathlib import Path

import psutil
import tensorflow as tf

from kertasks.data.dataset import Dataset
from kertasks.errors import UserError
from kertasks.models.memory import bytes_held
from kertasks.models.messages import BuildError
from kertasks.recipes.recipe import Recipe
from kertasks.text.numbers import size

_GROUP = Path("/sys/fs/cgroup")


class NotEnoughMemory(UserError):
    """The weights alone do not fit."""

    def __init__(self, needed: int, free: int) -> None:
        super().__init__(
            "out of memory: the network's weights and what the optimizer keeps of them need "
            f"{size(needed)}, and {size(free)} are free. "
            "Narrower layers or fewer of them need less."
        )


def require_memory(recipe: Recipe, data: Dataset) -> None:
    """See that the weights fit before any is drawn.

    Where they do not, Linux grants the memory all the same, fills it for a minute and then
    kills the process, or another one, without a word. A GPU refuses at once by itself.

    Raises:
        NotEnoughMemory: they do not fit.
    """
    if tf.config.list_physical_devices("GPU"):
        return
    try:
        needed = bytes_held(recipe, data)
    except BuildError:
        return  # building says it, with more about it
    free = free_memory()
    if needed > free:
        raise NotEnoughMemory(needed, free)


def free_memory(group: Path = _GROUP) -> int:
    """Bytes this process can still have: of the machine, or of its container where less."""
    free = psutil.virtual_memory().available + psutil.swap_memory().free
    try:
        limit = int((group / "memory.max").read_text())
        used = int((group / "memory.current").read_text())
    except (OSError, ValueError):  # no such group, or "max": no limit
        return free
    return min(free, max(0, limit - used))
