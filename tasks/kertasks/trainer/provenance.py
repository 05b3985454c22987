"""What ``run.json`` says: who trains what, where, with which versions."""

from __future__ import annotations

import os
import platform
from functools import cache
from importlib import metadata

from kertasks.recipes.recipe import Recipe
from kertasks.runs.folder import RunFolder
from kertasks.runs.manifest import Manifest
from kertasks.runs.state import boot_id, process_start_time


def manifest_of(run: RunFolder, recipe: Recipe, created: float) -> Manifest:
    """Make the manifest of a run that this process trains, on a device not known yet.

    Args:
        run: the run.
        recipe: what it trains.
        created: when it was begun, Unix time in seconds.
    """
    pid = os.getpid()
    return Manifest(
        id=run.id,
        task=recipe.task,
        recipe=recipe.name,
        seed=recipe.seed,
        created=created,
        versions=versions(),
        device="",
        host=platform.node(),
        pid=pid,
        process_started=process_start_time(pid) or 0.0,
        source=run.source(),
        boot=boot_id(),
    )


@cache
def versions() -> dict[str, str]:
    """The versions of the packages that decide the numbers of a run, and Python's."""
    found = {"python": platform.python_version()}
    for name in ("kertui", "keras", "tensorflow", "numpy"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "unknown"
    return found
