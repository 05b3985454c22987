"""A program ``nvidia-smi`` that says what NVIDIA's own says on a machine with two GPUs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

GPUS = """\
0, GPU-8932f937-d72c-4106-c12f-20bd9faed9f6, NVIDIA H100 80GB HBM3
1, GPU-1f2b8ac0-09a4-4f8e-9e55-6c1c0a5b7d21, NVIDIA H100 80GB HBM3
"""


def put_nvidia_smi(
    folder: Path, monkeypatch: pytest.MonkeyPatch, says: str = GPUS, status: int = 0
) -> None:
    """Put it before all other programs, in a folder of its own.

    Args:
        folder: that it is put into.
        monkeypatch: of the test.
        says: to the question for numbers, UUIDs and names.
        status: that it ends with.
    """
    folder.mkdir(exist_ok=True)
    program = folder / "nvidia-smi"
    program.write_text(
        '#!/bin/sh\n[ "$*" = "--query-gpu=index,uuid,name --format=csv,noheader" ] || exit 2\n'
        f"cat <<'END'\n{says}END\nexit {status}\n"
    )
    program.chmod(0o700)
    if str(folder) not in os.environ["PATH"].split(os.pathsep):
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
