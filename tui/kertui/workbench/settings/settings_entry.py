"""What was typed into a settings field becomes another recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Catalog, Family
from kertasks.recipes.recipe import Component, EarlyStopping, FitSettings, Recipe, Value
from kertui.forms.argument_path import DEFAULT, ArgumentPath, Unset, with_argument
from kertui.forms.fields import enter_value, with_class
from kertui.forms.settings_arguments import BATCH, EPOCHS, MIN_DELTA, PATIENCE, SEED
from kertui.text.recipe_values import NOTHING, NotAllowed, format_value, parse_value


def enter_setting(recipe: Recipe, path: ArgumentPath, text: str, catalog: Catalog | None) -> Recipe:
    """The recipe with what was typed into a settings field.

    Raises:
        NotAllowed: saying what is allowed instead.
    """
    where = ".".join(path)
    fit = recipe.fit
    plain: dict[str, Callable[[], Recipe]] = {
        "fit.epochs": lambda: _fit(recipe, epochs=parse_value(text, EPOCHS)),
        "fit.batch_size": lambda: _fit(recipe, batch_size=parse_value(text, BATCH)),
        "fit.validation_split": lambda: _fit(recipe, validation_split=_share(text)),
        "fit.shuffle": lambda: _fit(recipe, shuffle=text in {"yes", "on"}),
        "fit.early_stopping": lambda: _fit(
            recipe, early_stopping=_early(fit, text in {"yes", "on"})
        ),
        "seed": lambda: replace(recipe, seed=int(str(parse_value(text, SEED)))),
        "data.variant": lambda: replace(recipe, data=replace(recipe.data, variant=text)),
        "compile.metrics": lambda: _metrics(recipe, text, catalog),
    }
    if where in plain:
        return plain[where]()
    if path[:2] == ("fit", "early_stopping"):
        return _fit(recipe, early_stopping=_enter_early(fit, path[2], text))
    if catalog is None:
        raise NotAllowed("nothing yet: Keras's classes are still being read")
    if where == "compile.optimizer":
        optimizer = with_class(text, recipe.compile.optimizer, Family.OPTIMIZERS, catalog)
        return _compile(recipe, optimizer=optimizer)
    if where == "compile.loss":
        return _compile(recipe, loss=with_class(text, recipe.compile.loss, Family.LOSSES, catalog))
    return _enter_argument(recipe, path, text, catalog)


def reset_setting(recipe: Recipe, path: ArgumentPath) -> Recipe:
    """The recipe with a setting's default back."""
    where = ".".join(path)
    if path[0] == "compile" and len(path) > 2:
        return _set_argument(recipe, path, DEFAULT)
    if path[:2] == ("fit", "early_stopping") and len(path) > 2:
        default: Any = getattr(EarlyStopping(), path[2])
        early = replace(recipe.fit.early_stopping or EarlyStopping(), **{path[2]: default})
        return _fit(recipe, early_stopping=early)
    if path[0] == "fit":
        return _fit(recipe, **{path[1]: getattr(FitSettings(), path[1])})
    if where == "seed":
        return replace(recipe, seed=0)
    if where == "data.variant":
        return replace(recipe, data=replace(recipe.data, variant=None))
    if where == "compile.metrics":
        return _compile(recipe, metrics=())
    return recipe


def _enter_argument(recipe: Recipe, path: ArgumentPath, text: str, catalog: Catalog) -> Recipe:
    """An argument of the optimizer or of the loss."""
    family = Family.OPTIMIZERS if path[1] == "optimizer" else Family.LOSSES
    component = _component(recipe, path[1])
    info = catalog.find(family, component.class_name)
    argument = info.argument(path[2]) if info else None
    if argument is None:
        raise NotAllowed(f"no argument {path[2]}")
    value = enter_value(text, argument, component.arguments.get(path[2]), catalog)
    return _set_argument(recipe, path, value)


def _set_argument(recipe: Recipe, path: ArgumentPath, value: Value | Unset) -> Recipe:
    component = _component(recipe, path[1])
    changed = replace(component, arguments=with_argument(component.arguments, path[2:], value))
    return _compile(recipe, **{path[1]: changed})


def _component(recipe: Recipe, which: str) -> Component:
    value: str | Component = getattr(recipe.compile, which)
    return value if isinstance(value, Component) else Component(value)


def _fit(recipe: Recipe, **changes: Any) -> Recipe:
    return replace(recipe, fit=replace(recipe.fit, **changes))


def _compile(recipe: Recipe, **changes: Any) -> Recipe:
    return replace(recipe, compile=replace(recipe.compile, **changes))


def _early(fit: FitSettings, on: bool) -> EarlyStopping | None:
    if not on:
        return None
    return fit.early_stopping or EarlyStopping()


def _enter_early(fit: FitSettings, name: str, text: str) -> EarlyStopping:
    early = fit.early_stopping or EarlyStopping()
    match name:
        case "patience":
            return replace(early, patience=int(str(parse_value(text, PATIENCE))))
        case "min_delta":
            return replace(early, min_delta=float(str(parse_value(text, MIN_DELTA))))
        case "restore_best_weights":
            return replace(early, restore_best_weights=text in {"yes", "on"})
        case _:
            if not text.strip():
                raise NotAllowed("a metric by Keras's name: val_loss, loss, val_accuracy")
            return replace(early, monitor=text.strip())


def _share(text: str) -> float:
    """``0.2``, ``20 %`` and ``none`` as a share."""
    text = text.strip().casefold()
    if text in {NOTHING, "", "off"}:
        return 0.0
    allowed = "a share of the rows: 0.2, 20 %, or none"
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise NotAllowed(allowed) from None
    if not 0 <= share < 1:
        raise NotAllowed(f"{allowed}; less than 1")
    return share


def _metrics(recipe: Recipe, text: str, catalog: Catalog | None) -> Recipe:
    """Names with commas between; a metric that has arguments keeps them."""
    before = {format_value(metric): metric for metric in recipe.compile.metrics}
    found: list[str | Component] = []
    for name in _names(text):
        if name in before:
            found.append(before[name])
            continue
        if catalog is not None and name not in {"accuracy", "acc"}:
            argument = Argument(
                "metrics", ArgumentKind.COMPONENT, True, None, False, family=Family.METRICS
            )
            parse_value(name, argument, catalog)
        found.append(name)
    return _compile(recipe, metrics=tuple(found))


def _names(text: str) -> list[str]:
    """Split at commas that are not inside brackets."""
    names, depth, start = [], 0, 0
    for place, character in enumerate(text + ","):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth <= 0:
            names.append(text[start:place].strip())
            start = place + 1
    return [name for name in names if name and name != NOTHING]
