"""Changes to a recipe written as ``path=value``, as ``--set`` takes them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from kertasks.keras_catalog.catalog import Catalog
from kertasks.pretrained.paths import forget_hash, with_whole_paths
from kertasks.recipes.json_form import KEYS, RecipeReader, join, to_json
from kertasks.recipes.recipe import EarlyStopping, Recipe
from kertasks.recipes.recipe_errors import (
    Problem,
    RecipeError,
    describe_value,
    one_of,
    without_consequences,
)
from kertasks.recipes.validation import validate

_ELSEWHERE = {
    "learning_rate": "compile.optimizer.learning_rate",
    "lr": "compile.optimizer.learning_rate",
    **{key: f"{table}.{key}" for table, keys in KEYS.items() if table for key in keys},
}
"""Where a key belongs that people write one table too high or too low."""

_BARE_WORD = re.compile(r"[^\[\]{}\"'=,\n\r]+")


class Change(NamedTuple):
    """One ``path=value``, read but not carried out."""

    path: str
    text: str
    """What stands after the ``=``; empty to take away what is there."""

    adds: bool
    """Whether it was written ``path+=value``: it is put into a list before what stands there."""

    @classmethod
    def read(cls, written: str) -> Change:
        """Read it as ``--set`` takes it.

        Raises:
            RecipeError: it has no path or no ``=``.
        """
        path, equals, text = written.partition("=")
        adds = path.rstrip().endswith("+")
        path = path.strip().removesuffix("+").strip()
        if not equals or not path:
            raise _fault(path, f'"{written}" (no value)', "path=value, such as layers.0.units=16")
        return cls(path, text.strip(), adds)

    def value(self) -> Any:
        """What is to stand there, as plain data; a layer is always a table.

        Raises:
            RecipeError: it is no value.
        """
        read = _value(self.path, self.text)
        parent, _, _ = self.path.rpartition(".")
        return {"class": read} if parent == "layers" and isinstance(read, str) else read


def with_changes(recipe: Recipe, changes: Iterable[str], catalog: Catalog | None = None) -> Recipe:
    """The recipe with each ``path=value`` carried out, in order.

    A value is a TOML value; a bare word is a string; nothing after the ``=`` takes away what is
    there: of a key that gives Keras's default back. ``layers.1+=Dropout`` puts a layer before the
    one at place 1, ``layers.1=`` takes that one out. The path of a saved network begins in the
    folder one is in. Paths: ``layers.0.units``, ``fit.epochs``,
    ``compile.optimizer.learning_rate``, ``layers.1.kernel_regularizer.l2``.

    Raises:
        RecipeError: with every fault, its path, the nearest right spelling and what is allowed.
    """
    plain = to_json(recipe)
    problems: list[Problem] = []
    for written in changes:
        try:
            _change(plain, Change.read(written))
        except RecipeError as error:
            problems += error.problems
    reader = RecipeReader()
    changed = with_whole_paths(reader.recipe(plain), Path())
    found = without_consequences(tuple(problems), reader.problems)
    if not problems:  # a change that was not carried out may be what a rule misses
        found = without_consequences(found, validate(changed, catalog))
    if found:
        raise RecipeError(found, "--set")
    return changed


def _fault(path: str, found: str, allowed: str) -> RecipeError:
    return RecipeError((Problem(path, found, allowed),))


def _change(plain: dict[str, Any], change: Change) -> None:
    path = change.path
    *parents, last = path.split(".")
    holder: Any = plain
    walked = ""
    for key in parents:
        holder = _step(holder, walked, key, path)
        walked = join(walked, key)
    if isinstance(holder, list):
        _change_list(holder, walked, last, change)
        return
    if change.adds:
        raise _fault(path, f"{path}+=", "a place in a list, such as layers.0+=Flatten")
    _check_key(walked, last, path)
    forget_hash(holder.get("class"), last, holder)
    if change.text:
        holder[last] = change.value()
    else:
        holder.pop(last, None)


def _change_list(holder: list[Any], walked: str, last: str, change: Change) -> None:
    if change.adds:
        place = _index(holder, walked, last, change.path, more=1)
        holder.insert(place, change.value())
        return
    place = _index(holder, walked, last, change.path)
    if change.text:
        holder[place] = change.value()
    else:
        del holder[place]


def _step(holder: Any, walked: str, key: str, path: str) -> Any:
    """What stands at ``key``, made a table where the path goes on inside it."""
    if isinstance(holder, list):
        place: Any = _index(holder, walked, key, path)
    else:
        _check_key(walked, key, path)
        place = key
        if key not in holder:
            holder[key] = _absent(join(walked, key), path)
    inner = holder[place]
    if isinstance(inner, str):
        inner = holder[place] = {"class": inner}
    if not isinstance(inner, (dict, list)):
        here = join(walked, key)
        raise _fault(path, f"{here} = {describe_value(inner)}", f"{here}=value; it has no parts")
    return inner


def _absent(here: str, path: str) -> Any:
    """What stands for a table that the recipe leaves out."""
    if here == "data":
        return {}
    if here == "fit.early_stopping":
        return asdict(EarlyStopping())
    if here == "compile.metrics":
        return []
    raise _fault(path, f"nothing at {here}", f'{here}={{ class = "…", … }}, or a class\'s name')


def _check_key(table: str, key: str, path: str) -> None:
    keys = KEYS.get(table)
    if keys is None or key in keys:
        return
    elsewhere = _ELSEWHERE.get(key)
    paths = [join(table, allowed) for allowed in keys]
    allowed = f"did you mean {elsewhere}?" if elsewhere else one_of(paths, join(table, key))
    raise _fault(path, f'an unknown key "{key}"', allowed)


def _index(holder: list[Any], walked: str, key: str, path: str, more: int = 0) -> int:
    """The place a key names, of those there are and so many more behind them."""
    places = len(holder) + more
    digits = len(str(places))  # more are no place, and too many no number to Python
    if key.isascii() and key.isdigit() and len(key) <= digits and int(key) < places:
        return int(key)
    allowed = f"0 to {places - 1}" if places else f"none: {walked} is empty"
    raise _fault(path, f'"{key}" as a place in {walked}', allowed)


def _value(path: str, text: str) -> Any:
    """A TOML value; what is no TOML but a bare word or words is a string."""
    try:
        read = tomllib.loads(f"value = {text}")
        if list(read) == ["value"] and "\n" not in text:
            return read["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        pass
    except ValueError:  # Python refuses to read such numbers, tomllib passes that on
        raise _fault(
            path, "a number of thousands of digits", "numbers a computer can hold"
        ) from None
    if _BARE_WORD.fullmatch(text):
        return text
    raise _fault(path, f"{describe_value(text)}, which is no TOML value", "a TOML value")
