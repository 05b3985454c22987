"""``python -m kertui`` and the ``kertui`` command."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """Run kertui and exit with its status."""
    _open_closed_streams()
    if not sys.argv[1:] and sys.stdin.isatty() and sys.stdout.isatty():
        # Most starts have nothing to parse: the command line's imports would cost the first
        # paint a tenth of its time.
        from kertui.cli.interface import run_interface

        sys.exit(run_interface())
    from kertui.cli.main import run

    sys.exit(run())


def _open_closed_streams() -> None:
    """Lead nowhere what was closed (``>&-``): Python has None for it, and the next file opened
    would get its number."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115 - until the exit


if __name__ == "__main__":
    main()
