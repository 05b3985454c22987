"""The table of templates: what each is called, which rows it is for and which layers it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kertasks.recipes.recipe import Layer
from kertasks.templates import (
    column_networks,
    picture_networks,
    series_networks,
    text_networks,
)
from kertasks.templates.data_facts import DataFacts, InputForm


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of network, for one form of rows."""

    name: str
    """What a person types, and what the recipe is called."""

    summary: str
    """A few words for lists."""

    layers: Callable[[DataFacts], tuple[Layer, ...]]
    """All layers but the last, which gives the answer."""


_OF_WORDS = (
    Template("dense", "hidden units, some of them left out in turn", column_networks.dense),
    Template("linear", "no hidden layer: what a straight line can do", column_networks.linear),
    Template("two branches", "a hidden layer beside a straight line", column_networks.two_branches),
    Template("residual", "two blocks that add to what they are given", column_networks.residual),
)

_OF_COLUMNS = (_OF_WORDS[2], *_OF_WORDS[:2], *_OF_WORDS[3:])
"""Of few columns much lies on a straight line, which the two branches have ready."""

TEMPLATES: dict[InputForm, tuple[Template, ...]] = {
    InputForm.COLUMNS: _OF_COLUMNS,
    InputForm.WORDS: _OF_WORDS,
    InputForm.SEQUENCE: (
        Template("Embedding", "the mean of the words' vectors", text_networks.embedding),
        Template("convolutions", "three words that follow each other", text_networks.convolutions),
        Template("recurrent", "word for word, from both ends", text_networks.recurrent),
        Template("two branches", "all words beside three in a row", text_networks.two_branches),
    ),
    InputForm.PICTURE: (
        Template("convolutions", "patterns of neighbours", picture_networks.convolutions),
        Template("dense", "one hidden layer, no idea of neighbours", picture_networks.dense),
        Template("two branches", "small patterns beside larger", picture_networks.two_branches),
        Template("residual", "blocks that add to the picture", picture_networks.residual),
    ),
    InputForm.SERIES: (
        Template("convolutions", "patterns of five steps", series_networks.convolutions),
        Template("recurrent", "step for step", series_networks.recurrent),
        Template("dense", "one hidden layer, no idea of an order", series_networks.dense),
        Template("two branches", "patterns beside the last step", series_networks.two_branches),
        Template("residual", "steps further and further apart", series_networks.residual),
    ),
}
"""By the form of rows; of each the one to try first at the head."""
