"""Networks for series: rows of shape (steps, numbers of a step)."""

from __future__ import annotations

from kertasks.recipes.recipe import INPUT, Layer
from kertasks.templates.column_networks import dropout_for, hidden, units_for
from kertasks.templates.data_facts import DataFacts

_FILTERS = 32
_DILATIONS = (1, 2, 4)
"""Steps between those that one convolution looks at: three of them reach over 15 steps."""


def dense(facts: DataFacts) -> tuple[Layer, ...]:
    """Every step by itself, no idea of an order."""
    return Layer("Flatten"), hidden(units_for(facts)), _dropped(facts)


def convolutions(facts: DataFacts) -> tuple[Layer, ...]:
    """Patterns of five steps, wherever in the series they are."""
    return (
        _convolution(),
        _convolution(),
        Layer("GlobalAveragePooling1D"),
        hidden(units_for(facts)),
        _dropped(facts),
    )


def recurrent(facts: DataFacts) -> tuple[Layer, ...]:
    """Reads the series step for step."""
    return Layer("GRU", {"units": units_for(facts)}), _dropped(facts)


def two_branches(facts: DataFacts) -> tuple[Layer, ...]:
    """Patterns anywhere in the series beside what is left of it after the last step."""
    return (
        _convolution(name="patterns", inputs=(INPUT,)),
        Layer("GlobalMaxPooling1D", name="strongest"),
        Layer("GRU", {"units": _FILTERS}, name="last", inputs=(INPUT,)),
        Layer("Concatenate", name="both", inputs=("strongest", "last")),
        _dropped(facts),
    )


def residual(facts: DataFacts) -> tuple[Layer, ...]:
    """Convolutions that look further and further apart, each adding to what it was given."""
    layers = [_convolution(name="start")]
    before = "start"
    for dilation in _DILATIONS:
        end, joined = f"apart{dilation}", f"sum{dilation}"
        layers += [
            _convolution(dilation=dilation, name=end, inputs=(before,)),
            Layer("Add", name=joined, inputs=(before, end)),
        ]
        before = joined
    return (*layers, Layer("GlobalAveragePooling1D"), _dropped(facts))


def _dropped(facts: DataFacts) -> Layer:
    return Layer("Dropout", {"rate": dropout_for(facts)})


def _convolution(
    *, dilation: int = 1, name: str | None = None, inputs: tuple[str, ...] = ()
) -> Layer:
    size = 5 if dilation == 1 else 3
    arguments: dict[str, int | str] = {"filters": _FILTERS, "kernel_size": size}
    arguments |= {"padding": "same", "activation": "relu"}
    if dilation > 1:
        arguments["dilation_rate"] = dilation
    return Layer("Conv1D", arguments, name=name, inputs=inputs)
