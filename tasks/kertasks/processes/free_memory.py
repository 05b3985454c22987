"""How much memory this process can still have."""

from __future__ import annotations

from pathlib import Path

import psutil


def free_memory(group: Path = Path("/sys/fs/cgroup")) -> int:
    """Bytes this process can still have: of the machine, or of its container where less."""
    free = psutil.virtual_memory().available + psutil.swap_memory().free
    try:
        limit = int((group / "memory.max").read_text())
        used = int((group / "memory.current").read_text())
    except (OSError, ValueError):  # no such group, or "max": no limit
        return free
    return min(free, max(0, limit - used))
