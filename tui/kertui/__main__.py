"""``python -m kertui`` and the ``kertui`` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run kertui and exit with its status."""
    from kertui.cli.main import run

    sys.exit(run())


if __name__ == "__main__":
    main()
