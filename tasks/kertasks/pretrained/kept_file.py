"""The saved networks that a recipe names, kept with the run: it goes on, and is looked at, when
their files were moved or written over. Imports no Keras.

They lie in the run's folder, ``pretrained/<8 digits of the hash>-<name>``, and so go to another
machine with it. Of one that is too large to be copied the run has the hash alone, and another file
in its place is refused in one sentence.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from kertasks.files import open_regular, replacing
from kertasks.pretrained.paths import Arguments, with_networks
from kertasks.pretrained.saved_file import SavedNetwork, UnusableFile, read_saved
from kertasks.recipes.recipe import Recipe

_FOLDER = "pretrained"
_MOST_COPIED = 64 << 20
"""Bytes. Of its own weights a run keeps far more: all of them, after many an epoch."""


def keep_networks(recipe: Recipe, run: Path) -> Recipe:
    """Copy the networks that a recipe names into the folder of a new run.

    One that cannot be used is left to who builds the recipe, and says why.

    Args:
        recipe: that is to be trained.
        run: the run's folder.

    Returns:
        The recipe with the hash of each of them.

    Raises:
        OSError: the folder cannot be written in.
    """

    def kept(arguments: Arguments) -> Arguments:
        try:
            saved = _chosen(arguments)
            sha256 = saved.sha256
        except (UnusableFile, OSError):
            return arguments
        if saved.stamp.size <= _MOST_COPIED:
            _copy(saved, _place(run, sha256, saved.path.name))
        return {**arguments, "sha256": sha256}

    return with_networks(recipe, kept)


def with_kept_networks(recipe: Recipe, run: Path) -> Recipe:
    """The recipe of a run that names the run's own copies, where it has them.

    Args:
        recipe: of the run.
        run: the run's folder.
    """

    def copied(arguments: Arguments) -> Arguments:
        file, sha256 = arguments["file"], arguments.get("sha256")
        if not isinstance(file, str) or not isinstance(sha256, str):
            return arguments
        place = _place(run, sha256, Path(file).name)
        return {**arguments, "file": str(place)} if place.is_file() else arguments

    return with_networks(recipe, copied)


def unusable_networks(recipe: Recipe) -> Iterator[str]:
    """Why networks that a recipe names cannot be used, a sentence each: they are gone, or are not
    the files any more that they were."""
    found: list[str] = []

    def look(arguments: Arguments) -> Arguments:
        try:
            _chosen(arguments)
        except UnusableFile as error:
            found.append(str(error))
        return arguments

    with_networks(recipe, look)
    yield from found


def _chosen(arguments: Arguments) -> SavedNetwork:
    sha256 = arguments.get("sha256")
    return read_saved(str(arguments["file"]), sha256 if isinstance(sha256, str) else None)


def _place(run: Path, sha256: str, name: str) -> Path:
    digits = "".join(filter(str.isalnum, sha256.lower()))[:8]
    return run.absolute() / _FOLDER / f"{digits}-{name}"


def _copy(saved: SavedNetwork, place: Path) -> None:
    place.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(open_regular(saved.path), "rb") as file, replacing(place) as copy:
        shutil.copyfileobj(file, copy)
