"""Writes ``run.json`` from the trainer's side: who trains what, where, with which versions."""

from __future__ import annotations

import os
import platform
import time
from functools import cache
from importlib import metadata

from kertasks.recipes.recipe import Recipe
from kertui.training.run_folder import Manifest, RunFolder
from kertui.training.run_state import process_start_time


def write_manifest(run: RunFolder, recipe: Recipe, device: str) -> None:
    """Write the run's manifest, for this process.

    Raises:
        OSError: the folder cannot be written in.
    """
    run.write_manifest(
        Manifest(
            id=run.id,
            task=recipe.task,
            recipe=recipe.name,
            seed=recipe.seed,
            created=time.time(),
            versions=versions(),
            device=device,
            host=platform.node(),
            pid=os.getpid(),
            process_started=process_start_time(os.getpid()) or time.time(),
            source=run.source(),
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
