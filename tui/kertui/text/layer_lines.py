"""A layer in few words: its class and the arguments that say what it is."""

from __future__ import annotations

from pathlib import PurePath

from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Catalog, Family
from kertasks.recipes.recipe import INPUT, PRETRAINED, Component, Recipe, Value
from kertasks.text.plain_text import visible_name
from kertui.text.recipe_values import default_value, format_value


def layer_line(layer: Component, catalog: Catalog | None = None) -> str:
    """As the list of layers writes it: ``Dense 8  relu``."""
    first, *others = main_arguments(layer, catalog) or ("",)
    return "  ".join((f"{layer.class_name} {first}".rstrip(), *others))


def main_arguments(layer: Component, catalog: Catalog | None, times: str = "×") -> tuple[str, ...]:
    """What to show of a layer: required arguments and those changed from Keras's default.

    Required ones and activations come bare (``8``, ``relu``), others by name
    (``padding=same``). Without a catalog everything the recipe says is shown.

    Args:
        layer: the layer, or a component inside one.
        catalog: None while it is not here yet.
        times: between the sizes of a kernel.
    """
    if layer.class_name == PRETRAINED:
        return _pretrained_words(layer)
    info = catalog.find(Family.LAYERS, layer.class_name) if catalog else None
    known = {argument.name: argument for argument in info.arguments} if info else {}
    ordered = [name for name in known if name in layer.arguments]
    ordered.sort(key=lambda name: not known[name].required)
    shown = []
    for name in dict.fromkeys((*ordered, *layer.arguments)):
        value, argument = layer.arguments[name], known.get(name)
        if argument is None or argument.required or not _is_default(value, argument):
            shown.append(_words(name, value, argument, catalog, times))
    return tuple(shown)


def _pretrained_words(layer: Component) -> tuple[str, ...]:
    """The name of the file, whether its layers learn, and where it ends before its end."""
    until, learns = layer.arguments.get("until"), layer.arguments.get("trainable")
    name = PurePath(str(layer.arguments.get("file", ""))).name
    words = (visible_name(name), "trainable" if learns is True else "frozen")
    return (*words, f"to {until}") if isinstance(until, str) else words


def shape_text(shape: tuple[int | None, ...], times: str = "×") -> str:
    """A shape without its batch axis: ``(8)``, ``(26×26×16)``."""
    sizes = ["?" if size is None else str(size) for size in shape]
    return f"({times.join(sizes)})"


def _is_default(value: Value, argument: Argument) -> bool:
    """Whether it is the default, or one number for each axis where the default is that number."""
    default = default_value(argument)
    return value == default or (isinstance(value, tuple) and set(value) == {default})


def _words(
    name: str, value: Value, argument: Argument | None, catalog: Catalog | None, times: str
) -> str:
    if isinstance(value, Component):
        inner = " ".join(main_arguments(value, catalog, times))
        text = f"{value.class_name} {inner}".rstrip()
        nested = argument is not None and argument.kind is ArgumentKind.LAYER
        return text if nested or name == "layer" else f"{name}={value.class_name}"
    if isinstance(value, tuple) and all(isinstance(one, int) for one in value) and value:
        text = times.join(str(one) for one in value)
    else:
        text = format_value(value)
    bare = argument.required if argument else name in {"units", "filters", "kernel_size", "rate"}
    if bare or name in {"activation", "recurrent_activation"}:
        return text
    if isinstance(value, bool):
        return name if value else f"no {name.removeprefix('use_')}"
    return f"{name}={text}"


def proposed_name(recipe: Recipe, index: int) -> str:
    """What an unnamed layer can be called in another's ``inputs``: its class and its place."""
    layer = recipe.layers[index]
    if layer.name is not None:
        return layer.name
    taken = {other.name for other in recipe.layers if other.name} | {INPUT}
    name = f"{layer.class_name.lower()}_{index + 1}"
    while name in taken:
        name += "_"
    return name
