"""The text of a recipe file, written fresh."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomlkit


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
