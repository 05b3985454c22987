"""Recipes as TOML files that people write by hand.

The shape, and nothing else is read::

    task = "xor"
    name = "answer"                 # without one it is called as its file

    [data]
    variant = "four rows"

    [[layers]]
    class = "Dense"                 # any layer of keras.layers
    units = 8                       # its Keras keyword arguments
    kernel_regularizer = { class = "L2", l2 = 0.001 }

    [compile]
    optimizer = { class = "Adam", learning_rate = 0.01 }
    loss = "binary_crossentropy"

    [fit]
    epochs = 1000

``{}`` stands for Keras's ``None`` where an argument's default is something else. The path of a
saved network, as ``Pretrained`` takes it, begins in the folder of the recipe. A file is data:
nothing in it is imported or run.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import tomllib
from pathlib import Path

from kertasks.files import write_text
from kertasks.keras_catalog.catalog import Catalog
from kertasks.pretrained.paths import with_relative_paths, with_whole_paths
from kertasks.recipes.json_form import RecipeReader, to_json
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.recipe_errors import FolderGiven, Problem, RecipeError, without_consequences
from kertasks.recipes.validation import validate

_LONGEST = 1 << 20
"""Characters of a recipe file; people's have thousands at most."""

_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


def load_recipe(path: str | Path, catalog: Catalog | None = None) -> Recipe:
    """Read a recipe file.

    Args:
        path: the TOML file.
        catalog: Keras's classes; with it, layers and their arguments are judged too.

    Raises:
        RecipeError: with every fault, its file, its path and what is allowed.
    """
    path = Path(path)
    try:
        text = _read(path)
    except IsADirectoryError:
        raise FolderGiven(str(path)) from None
    except UnicodeDecodeError:
        found = "bytes that are no text"
    except FileNotFoundError:
        found = "no such file"
    except OSError as error:
        found = (error.strerror or "an unreadable file").lower()
    else:
        recipe = parse_recipe(text, str(path), catalog, name=path.stem)
        return with_whole_paths(recipe, path.parent)
    raise RecipeError((Problem("", found, "a recipe file in TOML, in UTF-8"),), str(path))


def parse_recipe(
    text: str,
    source: str | None = None,
    catalog: Catalog | None = None,
    *,
    name: str | None = None,
) -> Recipe:
    """Read a recipe from TOML text.

    Args:
        text: the TOML.
        source: how an error calls the text.
        catalog: Keras's classes; with it, layers and their arguments are judged too.
        name: of a recipe that has none of its own; None where it must have one.

    Raises:
        RecipeError: with every fault, its path and what is allowed.
    """
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError((_syntax_problem(str(error)),), source) from None
    except ValueError:  # Python refuses to read such numbers, tomllib passes that on
        problem = Problem("", "a number of thousands of digits", "numbers a computer can hold")
        raise RecipeError((problem,), source) from None
    except RecursionError:
        problem = Problem("", "lists or tables nested too deep", "a few levels")
        raise RecipeError((problem,), source) from None
    if name is not None:
        plain.setdefault("name", name)
    reader = RecipeReader()
    recipe = reader.recipe(plain)
    problems = without_consequences(tuple(reader.problems), validate(recipe, catalog))
    if problems:
        raise RecipeError(problems, source, None if reader.problems else recipe)
    return recipe


def format_recipe(recipe: Recipe) -> str:
    """The recipe as TOML text; ``parse_recipe`` gives an equal recipe back."""
    from kertasks.recipes.toml_text import fresh_document

    return fresh_document(to_json(recipe))


def save_recipe(recipe: Recipe, path: str | Path) -> None:
    """Write a recipe file, whole, by rename.

    Comments, order and layout of a file that is already there are kept; only what differs
    is rewritten.

    Raises:
        OSError: the folder cannot be written, or something that is no file is there.
    """
    from kertasks.recipes.toml_text import fresh_document, updated_document

    target = Path(os.path.realpath(path))  # pathlib's raises for a link to itself
    plain = to_json(with_relative_paths(recipe, target.parent))
    mode = text = None
    if target.exists():
        mode = _permissions(target)
        # Neither what is too long nor what is no text was a recipe: it is written over.
        with contextlib.suppress(_TooLong, UnicodeDecodeError):
            text = updated_document(_read(target), plain)
    # Without permissions to keep, those that new files get here.
    write_text(target, text or fresh_document(plain), mode)


class _TooLong(OSError):
    """A file that nobody wrote by hand."""


def _read(path: Path) -> str:
    """The text of a file. Never waits, as a pipe's reader would, and never reads without end.

    Raises:
        OSError: it is not there, no file, or longer than any recipe.
        UnicodeDecodeError: it is no text.
    """
    _permissions(path)
    with path.open(encoding="utf-8-sig") as file:  # some editors put a mark first
        text = file.read(_LONGEST + 1)
    if len(text) > _LONGEST:
        raise _TooLong(errno.EFBIG, f"a file of more than {_LONGEST:,} characters")
    return text


def _permissions(path: Path) -> int:
    """The permissions of what must be a regular file.

    Raises:
        OSError: it is not there or something else.
    """
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "a folder and no file")
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, f"{_KINDS.get(stat.S_IFMT(mode), 'a device')} and no file")
    return mode & 0o777


def _syntax_problem(message: str) -> Problem:
    """``Expected '=' after a key (at line 3, column 5)`` as a problem with its place."""
    place = _PLACE.search(message)
    reason = message[: place.start()] if place else message
    where = ""
    if place:
        where = f"line {place[1]}, column {place[2]}" if place[1] else "end of file"
    return Problem(where, f"no valid TOML ({reason[:1].lower()}{reason[1:]})", "TOML 1.0")
