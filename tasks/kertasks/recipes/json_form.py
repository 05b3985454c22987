"""A recipe as plain data, and back: dicts, lists, strings and numbers, in the shape of the TOML.

Goes between processes as JSON. Where TOML writes ``{}`` for "explicitly nothing", JSON has
``null``; both are read. Reading judges the shape only: which keys there are and what type each
value has; every fault of it is listed. What the values mean is judged by ``validation``. Nothing
is imported or run.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, asdict, dataclass, fields
from typing import Any, TypeGuard

from kertasks.recipes.recipe import (
    CompileSettings,
    Component,
    DataSettings,
    EarlyStopping,
    FitSettings,
    Layer,
    Recipe,
    Value,
)
from kertasks.recipes.recipe_errors import Problem, RecipeError, describe_value, one_of

_SETTINGS = {
    "data": DataSettings,
    "compile": CompileSettings,
    "fit": FitSettings,
    "fit.early_stopping": EarlyStopping,
}

KEYS = {
    "": ("task", "name", "summary", "seed", "data", "layers", "compile", "fit"),
    **{path: tuple(field.name for field in fields(of)) for path, of in _SETTINGS.items()},
}
"""The keys each settings table has, by its path. Layers and components have Keras's arguments."""

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CLASS_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_DEEPEST = 24
"""Nesting beyond this is no network anybody means, and would exhaust the stack."""

_MOST_BITS = 64
"""Of a whole number; no argument of Keras holds more."""

CLASS = "the name of a Keras class, letters and digits only"


def is_whole(value: object) -> TypeGuard[int]:
    """Whether a value is a whole number, and no truth value, which Python counts among them."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is a finite number that a float holds, and no truth value."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float holds
        return False


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a setting must be."""

    allowed: str
    is_kept: Callable[[Any], bool]
    convert: Callable[[Any], Any] = lambda plain: plain


STRING = _Rule("a string", lambda plain: isinstance(plain, str))
NAMES = _Rule(
    'a list of layer names, such as ["input"]',
    lambda plain: isinstance(plain, (list, tuple)) and all(isinstance(name, str) for name in plain),
    tuple,
)
WHOLE = _Rule("a whole number", is_whole)
NUMBER = _Rule("a number", is_number, float)
BOOLEAN = _Rule("true or false", lambda plain: isinstance(plain, bool))
_RULES = {str: STRING, int: WHOLE, float: NUMBER, bool: BOOLEAN}


def _rule_of(setting: Field[Any]) -> _Rule | None:
    """What a setting must be: what its default is; a number where that is None."""
    if setting.name == "baseline":
        return NUMBER
    return _RULES.get(type(setting.default))


def join(path: str, key: object) -> str:
    """``path`` and ``key`` joined by a dot; ``key`` alone at the top."""
    return f"{path}.{key}" if path else str(key)


class RecipeReader:
    """Reads one recipe, collecting ``problems`` and putting a default where a value is wrong."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def recipe(self, plain: object) -> Recipe:
        """The recipe, complete only where ``problems`` stays empty."""
        top = self._table(plain, "")
        return Recipe(
            task=self._required(top, "task", STRING),
            name=self._required(top, "name", STRING),
            summary=self._optional(top, "summary", "", STRING, ""),
            seed=self._optional(top, "seed", "", WHOLE, 0),
            data=self._data(top.get("data")),
            layers=self._layers(top.get("layers")),
            compile=self._compile(top.get("compile")),
            fit=self._fit(top.get("fit")),
        )

    def value(self, plain: object, path: str, depth: int = 0) -> Value:
        """An argument's value: lists become tuples, tables components, ``{}`` None."""
        if depth > _DEEPEST:
            self._report(path, "lists or tables nested too deep", f"at most {_DEEPEST} levels")
            return None
        if isinstance(plain, int) and plain.bit_length() > _MOST_BITS:
            self._report(
                path, describe_value(plain), f"a whole number of at most {_MOST_BITS} bits"
            )
            return 0
        if plain is None or isinstance(plain, (bool, int, str)):
            return plain
        if isinstance(plain, float):
            if not math.isfinite(plain):
                self._report(path, describe_value(plain), "a finite number")
                return 0.0
            return plain
        if isinstance(plain, (list, tuple)):
            return tuple(
                self.value(entry, join(path, index), depth + 1) for index, entry in enumerate(plain)
            )
        if isinstance(plain, Mapping):
            return self.component(plain, path, depth) if plain else None
        self._report(path, describe_value(plain), "a string, a number, true, false, a list")
        return None

    def component(self, plain: object, path: str, depth: int = 0) -> Component:
        """A class: its name, or a table with ``class`` and keyword arguments."""
        if isinstance(plain, str):
            return Component(self._class_name(plain, path))
        if not isinstance(plain, Mapping):
            self._report(path, describe_value(plain), f'{CLASS}, or {{ class = "…", … }}')
            return Component("")
        class_name = self._class_name(plain.get("class"), join(path, "class"))
        return Component(class_name, self._arguments(plain, path, ("class",), depth))

    def _data(self, plain: object) -> DataSettings:
        table = self._table({} if plain is None else plain, "data")
        return DataSettings(
            self._optional(table, "variant", "data", STRING, None),
            **self._settings(table, "data"),
        )

    def _layers(self, plain: object) -> tuple[Layer, ...]:
        if not isinstance(plain, (list, tuple)):
            self._report("layers", describe_value(plain), "[[layers]] tables, one a layer")
            return ()
        return tuple(self._layer(entry, join("layers", i)) for i, entry in enumerate(plain))

    def _layer(self, plain: object, path: str) -> Layer:
        if not isinstance(plain, Mapping):
            self._report(path, describe_value(plain), 'a table with a "class"')
            return Layer("")
        return Layer(
            self._class_name(plain.get("class"), join(path, "class")),
            self._arguments(plain, path, ("class", "name", "inputs"), 0),
            name=self._optional(plain, "name", path, STRING, None),
            inputs=self._optional(plain, "inputs", path, NAMES, ()),
        )

    def _compile(self, plain: object) -> CompileSettings:
        table = self._table({} if plain is None else plain, "compile")
        defaults = CompileSettings()
        optimizer, loss = table.get("optimizer"), table.get("loss")
        metrics = table.get("metrics", ())
        if not isinstance(metrics, (list, tuple)):
            self._report("compile.metrics", describe_value(metrics), 'a list, such as ["accuracy"]')
            metrics = ()
        return CompileSettings(
            optimizer=defaults.optimizer
            if optimizer is None
            else self.component(optimizer, "compile.optimizer"),
            loss=defaults.loss if loss is None else self._name_or_component(loss, "compile.loss"),
            metrics=tuple(
                self._name_or_component(metric, f"compile.metrics.{index}")
                for index, metric in enumerate(metrics)
            ),
        )

    def _fit(self, plain: object) -> FitSettings:
        table = self._table({} if plain is None else plain, "fit")
        read = self._settings(table, "fit")
        stopping, path = table.get("early_stopping"), "fit.early_stopping"
        if stopping is not None:
            read["early_stopping"] = EarlyStopping(
                **self._settings(self._table(stopping, path), path)
            )
        return FitSettings(**read)

    def _settings(self, table: Mapping[str, Any], path: str) -> dict[str, Any]:
        """The numbers, strings and truth values of a settings table, each as its default is."""
        return {
            field.name: self._optional(table, field.name, path, rule, field.default)
            for field in fields(_SETTINGS[path])
            if (rule := _rule_of(field))
        }

    def _name_or_component(self, plain: object, path: str) -> str | Component:
        component = self.component(plain, path)
        return component.class_name if isinstance(plain, str) else component

    def _arguments(
        self, table: Mapping[str, Any], path: str, reserved: tuple[str, ...], depth: int
    ) -> dict[str, Value]:
        arguments: dict[str, Value] = {}
        for key, plain in table.items():
            if key in reserved:
                continue
            if not _IDENTIFIER.fullmatch(key):
                self._report(join(path, key), "an unknown key", "an argument's name")
                continue
            arguments[key] = self.value(plain, join(path, key), depth + 1)
        return arguments

    def _class_name(self, plain: object, path: str) -> str:
        if isinstance(plain, str) and _CLASS_NAME.fullmatch(plain):
            return plain
        self._report(path, describe_value(plain), CLASS)
        return ""

    def _table(self, plain: object, path: str) -> Mapping[str, Any]:
        keys = KEYS[path]
        if not isinstance(plain, Mapping):
            self._report(path, describe_value(plain), f"a table of {', '.join(keys)}")
            return {}
        for key in plain:
            if key not in keys:
                self._report(join(path, key), "an unknown key", one_of(keys, str(key)))
        return plain

    def _required(self, top: Mapping[str, Any], key: str, rule: _Rule) -> Any:
        if top.get(key) is None:
            self._report(key, "nothing", rule.allowed)
        return self._optional(top, key, "", rule, "")

    def _optional(
        self, table: Mapping[str, Any], key: str, path: str, rule: _Rule, default: Any
    ) -> Any:
        plain = table.get(key)
        if plain is None:
            return default
        is_large = is_whole(plain) and plain.bit_length() > _MOST_BITS
        if rule.is_kept(plain) and not (is_large and rule is WHOLE):
            return rule.convert(plain)
        limit = f" of at most {_MOST_BITS} bits" if is_large and rule in (WHOLE, NUMBER) else ""
        self._report(join(path, key), describe_value(plain), rule.allowed + limit)
        return default

    def _report(self, path: str, found: str, allowed: str) -> None:
        self.problems.append(Problem(path, found, allowed))


def to_json(recipe: Recipe) -> dict[str, Any]:
    """The recipe as plain data; what is empty or not set is left out."""
    plain: dict[str, Any] = {"task": recipe.task, "name": recipe.name}
    if recipe.summary:
        plain["summary"] = recipe.summary
    plain["seed"] = recipe.seed
    data = _without(asdict(recipe.data), _RARE_IN_DATA)
    if data:
        plain["data"] = data
    plain["layers"] = [value_to_json(layer) for layer in recipe.layers]
    plain["compile"] = _compile_to_json(recipe.compile)
    plain["fit"] = _without(asdict(recipe.fit), _RARE_IN_FIT)
    if recipe.fit.early_stopping is not None:
        plain["fit"]["early_stopping"] = _without(
            asdict(recipe.fit.early_stopping), _RARE_IN_STOPPING
        )
    return plain


def from_json(plain: object, source: str | None = None) -> Recipe:
    """The recipe that ``to_json`` made plain.

    Only the shape is judged, so that a recipe being edited, with a value out of range,
    still goes from process to process; ``validation.validate`` judges the values.

    Raises:
        RecipeError: keys or types are wrong; every one of them is listed.
    """
    reader = RecipeReader()
    recipe = reader.recipe(plain)
    if reader.problems:
        raise RecipeError(tuple(reader.problems), source)
    return recipe


def value_to_json(value: Value) -> Any:
    """An argument's value as plain data; a component is always a table with ``class``."""
    if isinstance(value, Component):
        plain: dict[str, Any] = {"class": value.class_name}
        if isinstance(value, Layer) and value.name is not None:
            plain["name"] = value.name
        if isinstance(value, Layer) and value.inputs:
            plain["inputs"] = list(value.inputs)
        arguments = {key: value_to_json(inner) for key, inner in value.arguments.items()}
        return plain | arguments
    if isinstance(value, (tuple, list)):
        return [value_to_json(entry) for entry in value]
    return value


_RARE_IN_DATA = asdict(DataSettings())
_RARE_IN_FIT = {"keep": FitSettings().keep, "early_stopping": None}
_RARE_IN_STOPPING = {"mode": "auto", "baseline": None}


def _without(settings: dict[str, Any], rare: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with the keys that few recipes need only where they say something."""
    return {key: value for key, value in settings.items() if value != rare.get(key, ...)}


def _compile_to_json(settings: CompileSettings) -> dict[str, Any]:
    optimizer = settings.optimizer
    plain: dict[str, Any] = {
        "optimizer": value_to_json(optimizer) if optimizer.arguments else optimizer.class_name,
        "loss": value_to_json(settings.loss),
    }
    if settings.metrics:
        plain["metrics"] = [value_to_json(metric) for metric in settings.metrics]
    return plain
