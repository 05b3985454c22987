"""Networks for rows of numbers, and for rows that say which words occur."""

from __future__ import annotations

from kertasks.recipes.recipe import INPUT, Layer
from kertasks.templates.data_facts import DataFacts, InputForm

_MANY_ROWS = 20_000
"""From here on there is enough to learn from that a wider network pays and overfits less."""

_WORD_UNITS = 16
"""Thousands of words are thousands of weights a unit: few units, as the books have it."""

_HIDDEN = "hidden"


def units_for(facts: DataFacts) -> int:
    """How many units a hidden layer gets."""
    if facts.form is InputForm.WORDS:
        return _WORD_UNITS
    return 64 if facts.rows < _MANY_ROWS else 128


def dropout_for(facts: DataFacts) -> float:
    """How much of a hidden layer is left out: half of it where rows are few."""
    return 0.5 if facts.rows < _MANY_ROWS else 0.1


def hidden(units: int, name: str | None = None, inputs: tuple[str, ...] = ()) -> Layer:
    """A hidden layer that bends."""
    return Layer("Dense", {"units": units, "activation": "relu"}, name=name, inputs=inputs)


def dense(facts: DataFacts) -> tuple[Layer, ...]:
    """One hidden layer, of which a part is left out in turn; two where rows are many."""
    units = units_for(facts)
    drop = Layer("Dropout", {"rate": dropout_for(facts)})
    if facts.rows < _MANY_ROWS:
        return hidden(units), drop
    return hidden(units), drop, hidden(units), drop


def linear(_facts: DataFacts) -> tuple[Layer, ...]:
    """No hidden layer: the last one is all there is."""
    return ()


def two_branches(facts: DataFacts) -> tuple[Layer, ...]:
    """The row itself beside what a hidden layer makes of it; the last layer reads both."""
    drop = Layer("Dropout", {"rate": dropout_for(facts)}, name="dropped")
    both = Layer("Concatenate", name="both", inputs=(INPUT, "dropped"))
    return hidden(units_for(facts), name=_HIDDEN, inputs=(INPUT,)), drop, both


def residual(facts: DataFacts) -> tuple[Layer, ...]:
    """Two blocks, each of which adds to what it was given."""
    units = units_for(facts)
    layers = [hidden(units, name="start")]
    before = "start"
    for block in ("a", "b"):
        end, joined = f"{block}2", f"{block}_sum"
        layers += [
            hidden(units, name=f"{block}1", inputs=(before,)),
            Layer("Dropout", {"rate": dropout_for(facts)}),
            Layer("Dense", {"units": units}, name=end),
            Layer("Add", name=joined, inputs=(before, end)),
        ]
        before = joined
    return tuple(layers)
