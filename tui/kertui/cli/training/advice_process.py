"""Asks a process that has Keras what is wrong with a recipe, and what mends it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from tempfile import TemporaryFile

import msgspec

from kertasks.errors import UserError
from kertasks.processes.keras_process import keras_command, keras_environment
from kertasks.recipes.json_form import to_json
from kertasks.recipes.recipe import Recipe
from kertasks.runs.advice.finding import Finding
from kertasks.runs.advice.fix_report import Told

_SEEDS = 3


class NoAdvice(UserError):
    """The process that looks at the recipe has not answered."""


def ask_for_advice(recipe: Recipe, train: float) -> list[Finding]:
    """What is wrong with a recipe.

    Args:
        recipe: as it is.
        train: how long a copy is trained before, to find out more; 0 for not at all.

    Raises:
        NoAdvice: the process cannot be started, or has ended.
    """
    said = b"".join(_lines_of("kertasks.advice", recipe, str(train)))
    return msgspec.json.decode(said, type=list[Finding])


def fixes_told(recipe: Recipe, seconds: float, train: float) -> Iterator[Told]:
    """What comes of trying the fixes of a recipe, as it is known.

    Args:
        recipe: what is to be mended.
        seconds: how long each training goes on.
        train: as ``ask_for_advice``.

    Raises:
        NoAdvice: as ``ask_for_advice``.
    """
    words = (str(seconds), str(_SEEDS), str(train))
    for line in _lines_of("kertasks.advice.fixes", recipe, *words):
        yield msgspec.json.decode(line, type=Told)


def _lines_of(module: str, recipe: Recipe, *words: str) -> Iterator[bytes]:
    """What a process prints that reads a recipe."""
    with TemporaryFile() as asked, TemporaryFile() as complaint:
        asked.write(msgspec.json.encode(to_json(recipe)))
        asked.seek(0)
        try:
            process = subprocess.Popen(
                keras_command(module, *words),
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=complaint,
                env=keras_environment(),
            )
        except OSError as error:
            raise NoAdvice(f"no process can be started to ask: {error.strerror}") from error
        with process:
            try:
                yield from process.stdout or ()
            except BaseException:  # who asked has gone: nothing is to be trained for nobody
                process.kill()
                raise
        if process.returncode:
            complaint.seek(0)
            said = complaint.read().decode(errors="replace").strip().splitlines()
            raise NoAdvice(said[-1] if said else "the process that looks at the recipe has ended")
