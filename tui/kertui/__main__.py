"""``python -m kertui`` and the ``kertui`` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run kertui and exit with its status."""
    if not sys.argv[1:] and sys.stdin.isatty() and sys.stdout.isatty():
        # Most starts have nothing to parse: the command line's imports would cost the first
        # paint a tenth of its time.
        from kertui.cli.interface import run_interface

        sys.exit(run_interface())
    from kertui.cli.main import run

    sys.exit(run())


if __name__ == "__main__":
    main()
