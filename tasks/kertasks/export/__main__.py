"""``python -m kertasks.export RUN_FOLDER FORMAT PATH [replace]``: exports in a process of its own.

What went wrong is one sentence on standard error. The status is ``ALREADY_THERE`` where something
of that name is there and ``replace`` was not given.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kertasks.errors import UserError
from kertasks.export.formats import ALREADY_THERE, AlreadyThere, Export, format_named
from kertasks.keras_catalog.catalog import Catalog
from kertasks.keras_import import import_keras
from kertasks.runs.folder import RunFolder


def main(arguments: list[str]) -> int:
    """Export a run and return the process's status."""
    run, name, path, *replace = arguments
    try:
        format_named(name).write(Export(RunFolder(Path(run)), Path(path), bool(replace), _catalog))
    except UserError as error:
        print(error, file=sys.stderr)
        return ALREADY_THERE if isinstance(error, AlreadyThere) else 1
    return 0


def _catalog() -> Catalog:
    import_keras()
    from kertasks.keras_catalog.introspection import installed_catalog

    return installed_catalog()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
