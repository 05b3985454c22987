"""Whether a recipe's names, inputs and numbers are ones that any recipe may have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from kertasks.data.folds.fold import MOST_FOLDS, MOST_REPEATS
from kertasks.recipes.bounds import MOST_EPOCHS, MOST_KEPT
from kertasks.recipes.recipe import INPUT, DataSettings, FitSettings, Layer, Recipe
from kertasks.recipes.recipe_errors import Problem, describe_value, one_of

MODES = ("auto", "min", "max")
"""What early stopping's ``mode`` may be."""

_LAYER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_CONTROLS = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Categories of what breaks a line or steers the terminal that a name is shown on."""

_LARGEST_SEED = 2**32 - 1
"""What NumPy and ``keras.utils.set_random_seed`` take."""


def problems_of_structure(recipe: Recipe) -> Iterator[Problem]:
    """Faults of names, inputs and numbers that need no knowledge of Keras's classes."""
    for key in ("task", "name"):
        if not getattr(recipe, key).strip():
            yield Problem(key, describe_value(getattr(recipe, key)), "a name")
    for key in ("task", "name", "summary"):
        text = getattr(recipe, key)
        if any(unicodedata.category(character) in _CONTROLS for character in text):
            yield Problem(key, describe_value(text), "one line without control codes")
    if not 0 <= recipe.seed <= _LARGEST_SEED:
        yield Problem(
            "seed", describe_value(recipe.seed), f"a whole number from 0 to {_LARGEST_SEED}"
        )
    if not recipe.layers:
        yield Problem("layers", "none", "at least one layer")
    yield from _problems_of_names(recipe.layers)
    yield from _problems_of_inputs(recipe.layers)
    yield from _problems_of_dead_ends(recipe.layers)
    yield from _problems_of_data(recipe.data)
    yield from _problems_of_fit(recipe.fit)


def _problems_of_names(layers: tuple[Layer, ...]) -> Iterator[Problem]:
    first_use: dict[str, int] = {}
    for index, layer in enumerate(layers):
        if layer.name is None:
            continue
        path = f"layers.{index}.name"
        if layer.name == INPUT:
            yield Problem(path, f'"{INPUT}"', f'another name: "{INPUT}" is the data itself')
        elif not _LAYER_NAME.fullmatch(layer.name):
            yield Problem(
                path, describe_value(layer.name), "letters, digits, _, - and . without spaces"
            )
        elif layer.name in first_use:
            where = first_use[layer.name]
            yield Problem(
                path, f'"{layer.name}" again', f"a name of its own; layers.{where} has this one"
            )
        else:
            first_use[layer.name] = index


def _problems_of_inputs(layers: tuple[Layer, ...]) -> Iterator[Problem]:
    """A layer may read only layers above it, which also rules out cycles."""
    above = [INPUT]
    below = {layer.name for layer in layers if layer.name}
    for index, layer in enumerate(layers):
        for position, name in enumerate(layer.inputs):
            if name in above:
                continue
            path = f"layers.{index}.inputs.{position}"
            if name == layer.name:
                yield Problem(path, f'"{name}", the layer itself', one_of(above, name))
            elif name in below:
                yield Problem(path, f'"{name}", which comes later', one_of(above, name))
            else:
                yield Problem(
                    path, f"{describe_value(name)}, which no layer is called", one_of(above, name)
                )
        if layer.name is not None and layer.name not in above:
            above.append(layer.name)


def _problems_of_dead_ends(layers: tuple[Layer, ...]) -> Iterator[Problem]:
    """Every layer but the last is read by a later one; else it would silently not train."""
    for index, layer in enumerate(layers[:-1]):
        if not layers[index + 1].inputs:
            continue
        if layer.name is None or not any(layer.name in later.inputs for later in layers[index:]):
            allowed = "a layer that a later one names in its inputs, or that the next one reads"
            yield Problem(f"layers.{index}", "a layer that nothing reads", allowed)


def _problems_of_data(data: DataSettings) -> Iterator[Problem]:
    if data.folds and not 2 <= data.folds <= MOST_FOLDS:
        allowed = f"a whole number from 2 to {MOST_FOLDS}, or 0 for none"
        yield Problem("data.folds", describe_value(data.folds), allowed)
    elif data.folds and not 1 <= data.fold <= data.folds:
        allowed = f"the one of {data.folds} folds that is held out, from 1"
        yield Problem("data.fold", describe_value(data.fold), allowed)
    elif data.fold and not data.folds:
        yield Problem("data.fold", describe_value(data.fold), "0, or data.folds says of how many")
    if not 1 <= data.repeat <= MOST_REPEATS:
        allowed = f"a whole number from 1 to {MOST_REPEATS}"
        yield Problem("data.repeat", describe_value(data.repeat), allowed)
    elif data.repeat > 1 and not data.folds:
        yield Problem("data.repeat", describe_value(data.repeat), "1, or data.folds")
    if data.folds and data.train_on_validation:
        allowed = "false: a fold that is held out is not trained on"
        yield Problem("data.train_on_validation", describe_value(True), allowed)


def _problems_of_fit(fit: FitSettings) -> Iterator[Problem]:
    whole, share = "a whole number of at", "a share of the rows: at least 0 and less than 1"
    rules: list[tuple[str, object, bool, str]] = [
        ("epochs", fit.epochs, fit.epochs >= 1, f"{whole} least 1"),
        ("batch_size", fit.batch_size, fit.batch_size >= 1, f"{whole} least 1"),
        ("epochs", fit.epochs, fit.epochs <= MOST_EPOCHS, f"{whole} most {MOST_EPOCHS}"),
        ("keep", fit.keep, 0 <= fit.keep <= MOST_KEPT, f"a whole number from 0 to {MOST_KEPT}"),
        ("validation_split", fit.validation_split, 0 <= fit.validation_split < 1, share),
    ]
    stop, at = fit.early_stopping, "early_stopping"
    if stop is not None:
        metric = 'a metric, such as "val_loss"'
        rules += [
            (f"{at}.monitor", stop.monitor, bool(stop.monitor.strip()), metric),
            (f"{at}.patience", stop.patience, stop.patience >= 0, f"{whole} least 0"),
            (f"{at}.min_delta", stop.min_delta, stop.min_delta >= 0, "a number of at least 0"),
            (f"{at}.mode", stop.mode, stop.mode in MODES, one_of(MODES, stop.mode)),
        ]
    for key, value, is_kept, allowed in rules:
        if not is_kept:
            yield Problem(f"fit.{key}", describe_value(value), allowed)
