"""Whether TensorFlow hands out what XLA compiled, so that it can be kept for the next process.

TensorFlow reads its flags once, when a process first uses a device, and cannot be told otherwise
later. So the modules that lead to Keras say this while they are imported; a process that used
TensorFlow before kertasks compiles anew, as ever.
"""

from __future__ import annotations

import os

SETTING = "KERTUI_XLA_CACHE"
"""Environment variable: 0 keeps nothing and loads nothing."""

MEMORY = "ram://kertui-xla"
"""A folder in this process's own memory, where TensorFlow reads and writes compiled programs:
there no disk can be full, no folder vanish and no other process be half-way through a file."""

_FLAGS = "TF_XLA_FLAGS"
_DIRECTORY = "tf_xla_persistent_cache_directory"
_OURS = f"--{_DIRECTORY}={MEMORY} --tf_xla_persistent_cache_device_types=CPU"


def offer_cache() -> None:
    """Add to TensorFlow's flags, unless it was switched off or the person has set a cache."""
    given = os.environ.get(_FLAGS, "").strip()
    # Flags may stand in a file, whose name is given instead: nothing can be added to that.
    is_file = bool(given) and not given.startswith("-")
    if is_file or _DIRECTORY in given or os.environ.get(SETTING) == "0":
        return
    os.environ[_FLAGS] = f"{given} {_OURS}".strip()


def is_offered() -> bool:
    """Whether TensorFlow was told, perhaps too late, and it is still wanted."""
    return _OURS in os.environ.get(_FLAGS, "") and os.environ.get(SETTING) != "0"
