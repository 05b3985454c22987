"""Networks for texts as the numbers of their words in their order."""

from __future__ import annotations

from kertasks.recipes.recipe import Layer
from kertasks.templates.data_facts import DataFacts

_FEW_ROWS = 5_000
_WORDS = "words"


def _vectors(facts: DataFacts, *, masked: bool) -> Layer:
    """A vector a word. Number 0 stands where a text has ended, and is to count for nothing."""
    size = 16 if facts.rows < _FEW_ROWS else 32
    arguments = {"input_dim": max(2, facts.vocabulary), "output_dim": size}
    return Layer("Embedding", arguments | ({"mask_zero": True} if masked else {}), name=_WORDS)


def _half_dropped() -> Layer:
    return Layer("Dropout", {"rate": 0.5})


def embedding(facts: DataFacts) -> tuple[Layer, ...]:
    """The mean of the words' vectors: which words there are, not their order."""
    return (
        _vectors(facts, masked=True),
        Layer("GlobalAveragePooling1D"),
        _half_dropped(),
        Layer("Dense", {"units": 16, "activation": "relu"}),
    )


def convolutions(facts: DataFacts) -> tuple[Layer, ...]:
    """What stands in three words that follow each other, wherever they are."""
    return (
        _vectors(facts, masked=False),
        Layer("Conv1D", _three_words(facts)),
        Layer("GlobalMaxPooling1D"),
        _half_dropped(),
    )


def recurrent(facts: DataFacts) -> tuple[Layer, ...]:
    """Reads a text from its beginning and from its end, word for word."""
    return (
        _vectors(facts, masked=True),
        Layer("Bidirectional", {"layer": Layer("GRU", {"units": 32})}),
        _half_dropped(),
    )


def two_branches(facts: DataFacts) -> tuple[Layer, ...]:
    """The mean of all words beside the strongest of three that follow each other."""
    return (
        _vectors(facts, masked=False),
        Layer("GlobalAveragePooling1D", name="all_words", inputs=(_WORDS,)),
        Layer("Conv1D", _three_words(facts), name="three_words", inputs=(_WORDS,)),
        Layer("GlobalMaxPooling1D", name="strongest"),
        Layer("Concatenate", name="both", inputs=("all_words", "strongest")),
        _half_dropped(),
    )


def _three_words(facts: DataFacts) -> dict[str, int | str]:
    filters = 32 if facts.rows < _FEW_ROWS else 64
    return {"filters": filters, "kernel_size": 3, "padding": "same", "activation": "relu"}
