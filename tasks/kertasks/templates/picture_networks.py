"""Networks for pictures: rows of shape (height, width, channels)."""

from __future__ import annotations

from kertasks.recipes.recipe import INPUT, Layer
from kertasks.templates.column_networks import hidden
from kertasks.templates.data_facts import DataFacts

_COARSEST = 4
"""Pixels a side; a coarser picture has no places left to tell apart."""

_MOST_HALVINGS = 5
_USUAL_SIDE = 64
"""Pixels a side that are reckoned with where they are not known."""

_FIRST_FILTERS = 16
_MOST_FILTERS = 128


def halvings(facts: DataFacts) -> int:
    """How often a picture is made half as wide and half as high."""
    side = min(facts.shape[:2], default=0) or _USUAL_SIDE
    count = 0
    while side >= 2 * _COARSEST and count < _MOST_HALVINGS:
        side, count = side // 2, count + 1
    return count


def dense(_facts: DataFacts) -> tuple[Layer, ...]:
    """No idea of neighbours: pixels in any order would do."""
    return Layer("Flatten"), hidden(128), Layer("Dropout", {"rate": 0.5})


def convolutions(facts: DataFacts) -> tuple[Layer, ...]:
    """More and more patterns on a coarser and coarser picture."""
    layers = [_convolution(_FIRST_FILTERS)]
    for filters in _filters(facts):
        layers += [_convolution(filters), Layer("MaxPooling2D")]
    return (*layers, *_flat())


def two_branches(facts: DataFacts) -> tuple[Layer, ...]:
    """Patterns of three pixels beside patterns of five, then as ``convolutions``."""
    layers = [
        _convolution(_FIRST_FILTERS, name="three", inputs=(INPUT,)),
        _convolution(_FIRST_FILTERS, size=5, name="five", inputs=(INPUT,)),
        Layer("Concatenate", name="both", inputs=("three", "five")),
    ]
    for filters in _filters(facts):
        layers += [_convolution(filters), Layer("MaxPooling2D")]
    return (*layers, *_flat())


def residual(facts: DataFacts) -> tuple[Layer, ...]:
    """Blocks of two convolutions, each of which adds to the picture it was given."""
    layers: list[Layer] = []
    for place, filters in enumerate(_filters(facts) or (_FIRST_FILTERS,), start=1):
        start, end = f"block{place}", f"block{place}_end"
        layers += [
            _convolution(filters, name=start),
            _convolution(filters),
            Layer("Conv2D", {"filters": filters, "kernel_size": 3, "padding": "same"}, name=end),
            Layer("Add", inputs=(start, end)),
            Layer("Activation", {"activation": "relu"}),
        ]
        if place <= halvings(facts):
            layers.append(Layer("MaxPooling2D"))
    return (*layers, *_flat())


def _filters(facts: DataFacts) -> tuple[int, ...]:
    """How many patterns are looked for, before each halving."""
    count = halvings(facts)
    return tuple(min(_MOST_FILTERS, _FIRST_FILTERS << (1 + place)) for place in range(count))


def _flat() -> tuple[Layer, ...]:
    return Layer("Dropout", {"rate": 0.25}), Layer("Flatten")


def _convolution(
    filters: int, *, size: int = 3, name: str | None = None, inputs: tuple[str, ...] = ()
) -> Layer:
    arguments: dict[str, int | str] = {"filters": filters, "kernel_size": size}
    arguments |= {"padding": "same", "activation": "relu"}
    return Layer("Conv2D", arguments, name=name, inputs=inputs)
