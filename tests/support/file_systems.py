"""File systems that only one command of a test sees: small ones, and ones nobody may write to."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest


def run_with_own_mounts(script: str, scratch: Path) -> subprocess.CompletedProcess[str]:
    """Run a shell script that may mount; its mounts go with it.

    Args:
        script: for ``sh``.
        scratch: an empty folder, to find out whether this is allowed here.

    Skips the test, saying so, where it is not.
    """
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    alone = ["unshare", "--mount", *user]
    try:
        allowed = subprocess.run(
            [*alone, "mount", "-t", "tmpfs", "none", str(scratch)], capture_output=True, text=True
        )
    except FileNotFoundError:
        pytest.skip("a file system of its own needs unshare, which is not here")
    if allowed.returncode:
        pytest.skip(f"a file system of its own is not allowed here: {allowed.stderr}")
    return subprocess.run([*alone, "sh", "-ec", script], capture_output=True, text=True)
