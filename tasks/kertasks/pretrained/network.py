"""The layers of a saved network as a network of Keras's."""

from __future__ import annotations

import math
import random
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

import keras
from keras.src.backend.common.stateless_scope import in_stateless_scope
from keras.src.saving.serialization_lib import ObjectSharingScope

from kertasks.models.layer_ends import output_of
from kertasks.models.no_weights import no_weights
from kertasks.pretrained.known_classes import checked_config
from kertasks.pretrained.layer import Pretrained
from kertasks.pretrained.saved_file import SavedNetwork, UnusableFile, read_saved
from kertasks.recipes.recipe_errors import one_of
from kertasks.text.error_text import described
from kertasks.text.numbers import short_path


def network_of(layer: Pretrained) -> keras.Model:
    """Make the layers; without weights inside ``no_weights``.

    Raises:
        UnusableFile: they cannot be used; in one sentence.
    """
    saved = read_saved(layer.file, layer.sha256)
    base = _described(saved) if in_stateless_scope() else _with_weights(saved)
    name = short_path(saved.path)
    if layer.until is not None and layer.until not in saved.names:
        names = one_of(saved.names, layer.until)
        raise UnusableFile(f"{name} has no layer {layer.until}; {names}", "until")
    try:
        outputs = base.outputs if layer.until is None else output_of(base.get_layer(layer.until))
        outputs = keras.tree.flatten(outputs)
        inputs = keras.tree.flatten(base.inputs)
    except (AttributeError, ValueError) as error:  # a layer in several places has no one output
        raise UnusableFile(f"{name}: {layer.until} has no output of its own", "until") from error
    if len(inputs) != 1:
        raise UnusableFile(f"{name} reads {len(inputs)} inputs; a layer can give it one")
    if len(outputs) != 1:
        raise UnusableFile(f"{name} gives {len(outputs)} outputs; until says which", "until")
    network = keras.Model(inputs[0], outputs[0], name=layer.name)
    # Keras passes on only what changes: else what the file says is frozen would stay frozen.
    network.trainable = False
    network.trainable = layer.trainable
    return network


def whole_network(file: Path) -> tuple[keras.Model, dict[str, Any]]:
    """Make a saved network as it was saved, and say how it was compiled, which it is not here.

    Args:
        file: a whole path; of a network that computes by Keras's code alone, whatever its class is.

    Raises:
        UnusableFile: it cannot be made, or has parts that a recipe cannot have; in one sentence.
    """
    saved = read_saved(file, own_steps=True)
    compiled = saved.config.get("compile_config")
    return _with_weights(saved), compiled if isinstance(compiled, dict) else {}


def mismatch(network: keras.Model, shape: tuple[int | None, ...]) -> str | None:
    """Why rows of a shape, without the batch, do not go into a network; None where they do."""
    wanted = tuple(network.input_shape[1:])
    fits = len(wanted) == len(shape) and all(
        one is None or other is None or one == other
        for one, other in zip(wanted, shape, strict=True)
    )
    if fits:
        return None
    said = f"takes rows of {_shape(wanted)} and gets {_shape(shape)}"
    if len(wanted) == len(shape) == 3:
        size = " × ".join(str(one or "any") for one in wanted[:2])
        colour = {1: ", in grey", 3: ", in colour"}.get(wanted[2] or 0, "")
        said += f": let the pictures be {size}{colour}, or put a Resizing layer before it"
    return said


def _shape(sizes: tuple[int | None, ...]) -> str:
    return f"({', '.join('any' if one is None else str(one) for one in sizes)})"


@lru_cache(maxsize=4)
def _described(saved: SavedNetwork) -> keras.Model:
    """The network without weights, which nothing changes: made once, for all checks of a recipe."""
    state = random.getstate()  # Keras draws a seed from it for each layer that it makes
    try:
        with no_weights():
            made = _made(saved)
    finally:
        random.setstate(state)
    numbers = sum(math.prod(weight.shape) for weight in made.weights)
    if numbers > saved.weight_bytes:
        raise UnusableFile(
            f"{short_path(saved.path)} describes {numbers:,} weights and does not hold them"
        )
    return made


def _with_weights(saved: SavedNetwork) -> keras.Model:
    """The network as ``keras.models.load_model`` gives it, of the description that was checked."""
    _described(saved)
    made = _made(saved)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the optimizer's numbers, which nobody needs
            made.load_weights(saved.path)
    except Exception as error:  # whatever a file of any content makes of Keras's code
        reason = described(error)
        raise UnusableFile(f"the weights of {short_path(saved.path)}: {reason}") from error
    return made


def _made(saved: SavedNetwork) -> keras.Model:
    config = checked_config(saved.config, str(saved.path))
    try:
        with ObjectSharingScope():  # as ``load_model`` does, which reads the file again
            made = keras.saving.deserialize_keras_object(config, safe_mode=True)
    except Exception as error:  # whatever arguments of a stranger make of Keras's code
        name, reason = short_path(saved.path), described(error)
        raise UnusableFile(f"Keras cannot make the network of {name}: {reason}") from error
    if not isinstance(made, keras.Model) or not made.built:
        raise UnusableFile(f"{short_path(saved.path)} holds a network that was never built")
    return made
