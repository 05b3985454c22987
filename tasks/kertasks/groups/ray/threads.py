"""How many threads what Ray starts on a machine has."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_THREADS = "OMP_NUM_THREADS"


def leave_threads_alone() -> None:
    """Take back how many threads Ray wants libraries to have: in how many parts a product is summed
    up depends on it, and with it the last bits of a run's numbers."""
    with contextlib.suppress(OSError):
        before = Path("/proc/self/environ").read_bytes().split(b"\0")
        if any(one.startswith(f"{_THREADS}=".encode()) for one in before):
            return  # a person's own setting
    os.environ.pop(_THREADS, None)
