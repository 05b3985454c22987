"""How a process that imports Keras is started."""

from __future__ import annotations

import os
import sys


def keras_command(module: str, *arguments: str) -> list[str]:
    """The command line that runs a module. With -P a ``random.py`` in the person's folder is not
    imported."""
    return [sys.executable, "-P", "-m", module, *arguments]


def keras_environment(log_level: int = 3) -> dict[str, str]:
    """What such a process gets to know.

    Args:
        log_level: TensorFlow says nothing below it (3: not even errors), where the person has not
            set another one.
    """
    return {
        "TF_CPP_MIN_LOG_LEVEL": str(log_level),
        **os.environ,
        "KERAS_BACKEND": "tensorflow",
    }
