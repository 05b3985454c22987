"""JAX and PyTorch in a virtual environment of their own, in kertui's cache folder.

Everything else it reads where this interpreter finds it: TensorFlow and Keras are not installed
twice, and nothing is installed beside them.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

from kertasks.user_folders import cache_dir

TORCH = "torch==2.13.0+cpu" if sys.platform == "linux" else "torch==2.13.0"
"""On Linux the plain version brings several gigabytes for GPUs. That without them lies on an index
of PyTorch's own, which ``PIP_EXTRA_INDEX_URL`` has to name."""

REQUIREMENTS = {"jax": ("jax", "jaxlib"), "torch": (TORCH,)}
"""What each engine needs."""


def prepare_extras() -> tuple[Path, dict[str, str]]:
    """Install what is not there yet.

    Returns:
        The environment's interpreter, and why an engine cannot run, for those that cannot.
    """
    folder = cache_dir() / "benchmark-peers"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)
    (_site_packages(python) / "beside.pth").write_text(
        "".join(f"{path}\n" for path in sys.path if Path(path).is_dir())
    )
    missing = {}
    for name, requirements in REQUIREMENTS.items():
        if _runs(python, "-c", f"import {name}"):
            continue
        print(f"installing {' and '.join(requirements)} in {folder}", file=sys.stderr)
        found = _run(python, "-m", "pip", "install", "--quiet", *requirements)
        if found.returncode:
            lines = [line for line in found.stderr.splitlines() if line.strip()]
            missing[name] = lines[-1] if lines else "pip failed"
    return python, missing


def _site_packages(python: Path) -> Path:
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(_run(python, "-c", code).stdout.strip())


def _runs(python: Path, *arguments: str) -> bool:
    return not _run(python, *arguments).returncode


def _run(python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([python, *arguments], capture_output=True, text=True)
