"""A network in a few words."""

from __future__ import annotations

from kertasks.recipes.outline import outline
from kertasks.recipes.recipe import CompileSettings, Component, Layer, Recipe


def of(*layers: Layer) -> str:
    return outline(Recipe("xor", "mine", layers, CompileSettings()))


def test_neighbours_share_their_name() -> None:
    dense = Layer("Dense", {"units": 2, "activation": "relu"})
    last = Layer("Dense", {"units": 1, "activation": "sigmoid"})
    assert of(dense, dense, last) == "Dense 2·2·1 relu"
    assert of(last) == "Dense 1"


def test_a_wrapper_shows_what_it_wraps() -> None:
    wrapped = Layer("Bidirectional", {"layer": Component("LSTM", {"units": 16})})
    assert of(wrapped) == "Bidirectional LSTM 16"
