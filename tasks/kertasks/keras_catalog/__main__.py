"""``python -m kertasks.keras_catalog CACHE_DIR`` writes the installed Keras's catalog there."""

from __future__ import annotations

import sys
from pathlib import Path

from kertasks.keras_import import import_keras


def main(arguments: list[str]) -> int:
    """Write the catalog and print its file."""
    if len(arguments) != 1:
        print("usage: python -m kertasks.keras_catalog CACHE_DIR", file=sys.stderr)
        return 2
    import_keras()
    from kertasks.keras_catalog.catalog import write_catalog
    from kertasks.keras_catalog.introspection import read_catalog

    print(write_catalog(read_catalog(), Path(arguments[0])))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
