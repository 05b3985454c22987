"""The text of a recipe file: written fresh, or an existing one changed where the recipe differs.

In an existing file values are changed in place with tomlkit. Layers are moved, added and removed as
blocks of lines, because tomlkit counts a comment above ``[[layers]]`` to the table before it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import tomlkit
from tomlkit.container import Container
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, InlineTable, Table

from kertasks.recipes.json_form import RecipeReader, to_json
from kertasks.recipes.recipe import CompileSettings, Recipe


def fresh_document(plain: Mapping[str, Any]) -> str:
    """A recipe's plain data as TOML: tables in order, a layer a table, a blank line between."""
    # A key after a table would belong to that table, so an empty list goes first too.
    blocks = [_lines({key: value for key, value in plain.items() if not _has_tables(value)})]
    for key, value in plain.items():
        if isinstance(value, Mapping):
            blocks += _table_blocks(key, value)
        elif isinstance(value, list):
            blocks += [layer_block(layer) for layer in value]
    return "\n".join(blocks)


def layer_block(layer: Mapping[str, Any]) -> str:
    """One layer as a ``[[layers]]`` table."""
    return f"[[layers]]\n{_lines(layer)}"


def inline(value: Any) -> str:
    """A value on one line; None is ``{}``, which no other value is."""
    if value is None:
        return "{}"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {inline(entry)}" for key, entry in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(inline, value))}]"
    return str(tomlkit.item(value).as_string())


def is_settings(value: object) -> bool:
    """Whether a value is a table of settings (``early_stopping``) and not a component."""
    return isinstance(value, Mapping) and bool(value) and "class" not in value


def _table_blocks(path: str, table: Mapping[str, Any]) -> list[str]:
    """``[fit]`` and its tables of settings; a component stays on its line."""
    inner = {key: value for key, value in table.items() if is_settings(value)}
    blocks = [f"[{path}]\n{_lines({k: v for k, v in table.items() if k not in inner})}"]
    for key, value in inner.items():
        blocks += _table_blocks(f"{path}.{key}", value)
    return blocks


def _has_tables(value: object) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and bool(value))


def _lines(values: Mapping[str, Any]) -> str:
    return "".join(f"{_key(key)} = {inline(value)}\n" for key, value in values.items())


def _key(key: str) -> str:
    return str(tomlkit.key(key).as_string())


_DEFAULTS = to_json(Recipe(task="", name="", layers=(), compile=CompileSettings()))
"""What a file may leave out: it stays out while the recipe says the same."""

_HEADER = re.compile(r"[ \t]*\[")
_LAYER_HEADER = re.compile(r"[ \t]*\[\[\s*layers\s*\]\]")
_PART_OF_LAYER = re.compile(r"[ \t]*\[\[?\s*layers\s*[.\]]")


def updated_document(text: str, plain: Mapping[str, Any]) -> str | None:
    """``text`` changed to hold ``plain``, with its comments, order and layout kept.

    None when the text is no TOML, or holds a recipe in a way that cannot be changed so.
    """
    try:
        document = tomlkit.parse(text)
        layers = document.get("layers")
        as_blocks = layers is None or isinstance(layers, AoT)
        if as_blocks:
            others = {key: value for key, value in plain.items() if key != "layers"}
            _update(document, others, _DEFAULTS, keep="layers")
            changed = _with_layers(tomlkit.dumps(document), plain["layers"])
        else:
            _update(document, plain, _DEFAULTS)
            changed = tomlkit.dumps(document)
        reader = RecipeReader()
        meant = to_json(reader.recipe(tomllib.loads(changed)))
        return changed if not reader.problems and _same(meant, plain) else None
    except (TOMLKitError, tomllib.TOMLDecodeError, RecursionError, ValueError, TypeError):
        return None


def _without_none(plain: Any) -> Any:
    """``plain`` with each None as TOML writes it: an empty table."""
    if plain is None:
        return {}
    if isinstance(plain, Mapping):
        return {key: _without_none(value) for key, value in plain.items()}
    if isinstance(plain, (list, tuple)):
        return [_without_none(value) for value in plain]
    return plain


def _same(left: Any, right: Any) -> bool:
    """Equal in value and in kind: ``1``, ``1.0`` and ``true`` are three things in TOML."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return type(left) is type(right) and bool(left == right)


def _update(
    table: MutableMapping[str, Any],
    plain: Mapping[str, Any],
    defaults: Mapping[str, Any],
    keep: str = "",
) -> None:
    """Make ``table`` hold ``plain``, touching only what differs."""
    for key in [key for key in table if key not in plain and key != keep]:
        del table[key]
    for key, value in plain.items():
        default = defaults.get(key)
        if key not in table:
            if default is None or not _same(value, default):
                table[key] = _new_item(table, value)
            continue
        present = _item(table, key)
        if isinstance(present, MutableMapping) and isinstance(value, Mapping) and value:
            _update(present, value, default if isinstance(default, Mapping) else {})
        elif not _same(present.unwrap(), _without_none(value)):
            item = tomlkit.value(inline(value))
            item.trivia.comment_ws = present.trivia.comment_ws
            item.trivia.comment = present.trivia.comment
            table[key] = item


def _item(table: MutableMapping[str, Any], key: str) -> Any:
    """The item at ``key``, also where tomlkit's own indexing gives a bare bool."""
    container = table.value if isinstance(table, (Table, InlineTable)) else table
    return container.item(key) if isinstance(container, Container) else table[key]


def _new_item(table: MutableMapping[str, Any], value: Any) -> Any:
    """An item to add: settings become a table of their own, all else stays on its line."""
    if not (is_settings(value) and isinstance(table, (Table, tomlkit.TOMLDocument))):
        return tomlkit.value(inline(value))
    fresh = tomlkit.table()
    for key, entry in value.items():
        fresh[key] = _new_item(fresh, entry)
    return fresh


@dataclass(frozen=True)
class _Block:
    """The lines of one table, the comments directly above its header included."""

    text: str
    is_layer: bool


def _with_layers(text: str, layers: list[dict[str, Any]]) -> str:
    blocks = _blocks(text)
    first = next((index for index, block in enumerate(blocks) if block.is_layer), len(blocks))
    others = [block.text for block in blocks if not block.is_layer]
    old = [block.text for block in blocks if block.is_layer]
    contents = [tomllib.loads(block)["layers"][0] for block in old]
    origin = _origins(contents, layers)
    new = [
        layer_block(layer) if place is None else _updated_layer(old[place], layer)
        for place, layer in zip(origin, layers, strict=True)
    ]
    if origin != list(range(len(old))):
        new = _respaced(new, old)
    return "".join([*others[:first], *new, *others[first:]])


def _updated_layer(block: str, layer: Mapping[str, Any]) -> str:
    document = tomlkit.parse(block)
    tables = document["layers"]
    if not _same(tables.unwrap()[0], _without_none(layer)):
        _update(tables[0], layer, {})
    return tomlkit.dumps(document)


def _respaced(blocks: list[str], old: list[str]) -> list[str]:
    """Blocks with the spacing the file had: a blank line between layers, or none."""
    tails = [text[len(text.rstrip()) :] for text in old]
    gap = "\n\n" if not old or any(tail.count("\n") > 1 for tail in tails) else "\n"
    ends = [gap] * (len(blocks) - 1) + [tails[-1] if tails else gap]
    return [block.rstrip() + end for block, end in zip(blocks, ends, strict=True)]


def _origins(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[int | None]:
    """For each new layer the old one it came from, so that its comments go with it.

    An equal layer first, then one of the same name, the same class, the same place.
    """
    origins: list[int | None] = [None] * len(new)
    unused = set(range(len(old)))

    def assign(is_match: Any) -> None:
        for place, layer in enumerate(new):
            if origins[place] is not None:
                continue
            found = [i for i in unused if is_match(i, place, old[i], layer)]
            if found:
                nearest_place = min((abs(i - place), i) for i in found)[1]
                origins[place] = nearest_place
                unused.remove(nearest_place)

    assign(lambda i, place, a, b: i == place and _same(a, _without_none(b)))
    assign(lambda _i, _place, a, b: _same(a, _without_none(b)))
    assign(lambda _i, _place, a, b: "name" in a and a["name"] == b.get("name"))
    if len(old) == len(new):
        assign(lambda i, place, _a, _b: i == place)
    assign(lambda _i, _place, a, b: a["class"] == b["class"])
    return origins


def _blocks(text: str) -> list[_Block]:
    """The text cut before each table header and the comments directly above it."""
    lines = text.splitlines(keepends=True)
    cuts = [(0, False)]
    for index, line in enumerate(lines):
        if not _HEADER.match(line) or not _is_complete("".join(lines[:index])):
            continue
        is_layer = bool(_LAYER_HEADER.match(line))
        if _PART_OF_LAYER.match(line) and not is_layer:
            continue
        start = index
        while start > cuts[-1][0] and lines[start - 1].lstrip().startswith("#"):
            start -= 1
        cuts.append((start, is_layer))
    ends = [start for start, _ in cuts[1:]] + [len(lines)]
    return [
        _Block("".join(lines[start:end]), is_layer)
        for (start, is_layer), end in zip(cuts, ends, strict=True)
    ]


def _is_complete(text: str) -> bool:
    """Whether the text ends between statements, not inside a list or a string."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True
