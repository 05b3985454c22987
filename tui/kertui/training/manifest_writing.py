"""Writes ``run.json``: who trains what, where, with which versions."""

from __future__ import annotations

import os
import platform
import time
from functools import cache
from importlib import metadata

from kertasks.errors import UserError
from kertasks.recipes.recipe import Recipe
from kertui.training.manifest import Manifest
from kertui.training.run_folder import RunFolder
from kertui.training.run_state import boot_id, process_start_time


def write_manifest(
    run: RunFolder,
    recipe: Recipe,
    device: str,
    pid: int | None = None,
    process_started: float | None = None,
) -> None:
    """Write the run's manifest. When it was begun stays, should it be resumed.

    Args:
        run: the run.
        recipe: what it trains.
        device: what it trains on.
        pid: the trainer's process; this one by default.
        process_started: when that one started, as ``process_start_time`` says.

    Raises:
        OSError: the folder cannot be written in.
    """
    if pid is None or process_started is None:
        pid = os.getpid()
        process_started = process_start_time(pid) or 0.0
    try:
        created = run.manifest().created
    except UserError:
        created = time.time()
    run.write_manifest(
        Manifest(
            id=run.id,
            task=recipe.task,
            recipe=recipe.name,
            seed=recipe.seed,
            created=created,
            versions=versions(),
            device=device,
            host=platform.node(),
            pid=pid,
            process_started=process_started,
            source=run.source(),
            boot=boot_id(),
        )
    )


@cache
def versions() -> dict[str, str]:
    """Of what decides the numbers of a run."""
    found = {"python": platform.python_version()}
    for name in ("kertui", "keras", "tensorflow", "numpy"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "unknown"
    return found
