"""Networks for rows of numbers, and for rows that say which words occur."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kertasks.recipes.recipe import INPUT, Component, Layer, Value
from kertasks.templates.data_facts import DataFacts, InputForm

_MANY_ROWS = 20_000
"""From here on there is enough to learn from that a wider network pays and overfits less."""

_FEW_ROWS = 5_000
_SHARE_OF_ROWS, _MOST_SHARE = 4.0, 0.01
_WORD_UNITS = 16
"""Thousands of words are thousands of weights a unit: few units, as the books have it."""


def units_for(facts: DataFacts) -> int:
    """How many units a hidden layer gets."""
    if facts.form is InputForm.WORDS:
        return _WORD_UNITS
    return 64 if facts.rows < _MANY_ROWS else 128


_PLENTY_OF_ROWS = 100_000
"""From here on no unit is left out: a network of a few thousand weights fits no noise of so many
rows, and to draw the units of 512 rows takes 15 times as long as the rest of a step (measured, two
cores: 45 ms a step against 3)."""


def dropout_for(facts: DataFacts) -> float:
    """How much of a hidden layer is left out: half of it where rows are few."""
    return 0.5 if facts.rows < _MANY_ROWS else 0.1


def has_few_rows(facts: DataFacts) -> bool:
    """Whether rows of columns are so few that large weights would fit their noise."""
    return facts.rows < _FEW_ROWS and facts.form is InputForm.COLUMNS


def small_weights(facts: DataFacts) -> dict[str, Value]:
    """The argument that keeps a layer's weights small, the more so the fewer rows there are.

    scikit-learn's logistic regression adds its squared weights to a sum over the rows: the share
    of a row is the less, the more rows there are. Measured on its iris, wine, breast cancer,
    digits and diabetes, 30 to 40 seeds each, beside none, 0.001, 0.003 and 0.01 for all.
    """
    if not has_few_rows(facts):
        return {}
    share = min(_MOST_SHARE, round(_SHARE_OF_ROWS / max(1, facts.rows), 4))
    return {"kernel_regularizer": Component("L2", {"l2": share})}


def hidden(
    units: int,
    name: str | None = None,
    inputs: tuple[str, ...] = (),
    more: Mapping[str, Value] = MappingProxyType({}),
) -> Layer:
    """A hidden layer that bends.

    Args:
        units: how many.
        name: of the layer, where another one reads it.
        inputs: names of those it reads.
        more: arguments besides.
    """
    arguments = {"units": units, "activation": "relu", **more}
    return Layer("Dense", arguments, name=name, inputs=inputs)


def _dropped(facts: DataFacts, name: str | None = None) -> tuple[Layer, ...]:
    """The layer that leaves units out, where there is one."""
    if facts.rows >= _PLENTY_OF_ROWS:
        return ()
    return (Layer("Dropout", {"rate": dropout_for(facts)}, name=name),)


def dense(facts: DataFacts) -> tuple[Layer, ...]:
    """One hidden layer, of which a part is left out in turn; two where rows are many."""
    layer = hidden(units_for(facts), more=small_weights(facts))
    drop = _dropped(facts)
    return (layer, *drop) if facts.rows < _MANY_ROWS else (layer, *drop, layer, *drop)


def linear(_facts: DataFacts) -> tuple[Layer, ...]:
    """No hidden layer: the last one is all there is."""
    return ()


def two_branches(facts: DataFacts) -> tuple[Layer, ...]:
    """The row itself beside what a hidden layer makes of it; the last layer reads both."""
    layer = hidden(units_for(facts), "hidden", (INPUT,), more=small_weights(facts))
    drop = _dropped(facts, "dropped")
    last = drop[0].name if drop else layer.name
    return layer, *drop, Layer("Concatenate", name="both", inputs=(INPUT, last or ""))


def residual(facts: DataFacts) -> tuple[Layer, ...]:
    """Two blocks, each of which adds to what it was given."""
    units = units_for(facts)
    layers = [hidden(units, name="start")]
    before = "start"
    for block in ("a", "b"):
        end, joined = f"{block}2", f"{block}_sum"
        layers += [
            hidden(units, name=f"{block}1", inputs=(before,)),
            *_dropped(facts),
            Layer("Dense", {"units": units}, name=end),
            Layer("Add", name=joined, inputs=(before, end)),
        ]
        before = joined
    return tuple(layers)
