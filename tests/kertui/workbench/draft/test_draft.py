from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kertasks.recipes.recipe import CompileSettings, Component, Layer, Recipe
from kertui.forms.argument_path import DEFAULT
from kertui.text.layer_lines import proposed_name
from kertui.workbench.draft.draft import RecipeDraft


def recipe(*layers: Layer, name: str = "test") -> Recipe:
    if not layers:
        layers = (
            Layer("Dense", {"units": 8, "activation": "relu"}),
            Layer("Dense", {"units": 1, "activation": "sigmoid"}),
        )
    return Recipe("xor", name, layers, CompileSettings())


def classes(draft: RecipeDraft) -> list[str]:
    return [layer.class_name for layer in draft.recipe.layers]


def test_a_layer_goes_where_it_is_put() -> None:
    draft = RecipeDraft(recipe())
    assert draft.add_layer(1, Layer("Dropout", {"rate": 0.5})) == 1
    assert classes(draft) == ["Dense", "Dropout", "Dense"]
    assert draft.add_layer(99, Layer("Flatten")) == 3
    assert classes(draft)[-1] == "Flatten"


def test_moving_stops_at_the_ends() -> None:
    draft = RecipeDraft(recipe(Layer("A"), Layer("B"), Layer("C")))
    assert draft.move_layer(0, -1) == 0
    assert not draft.changed
    assert not draft.can_undo, "nothing moved, nothing to undo"
    assert draft.move_layer(0, 1) == 1
    assert draft.move_layer(1, 5) == 2
    assert classes(draft) == ["B", "C", "A"]


def test_deleting_says_what_to_choose_now() -> None:
    draft = RecipeDraft(recipe(Layer("A"), Layer("B")))
    assert draft.delete_layer(1) == 0
    assert draft.delete_layer(0) == -1
    assert draft.recipe.layers == ()


def test_a_copy_gets_a_name_of_its_own() -> None:
    draft = RecipeDraft(recipe(Layer("Dense", {"units": 4}, name="wide")))
    assert draft.duplicate_layer(0) == 1
    assert [layer.name for layer in draft.recipe.layers] == ["wide", "wide_2"]
    draft.duplicate_layer(1)
    assert [layer.name for layer in draft.recipe.layers] == ["wide", "wide_2", "wide_3"]


def test_an_argument_is_set_and_given_back_its_default() -> None:
    draft = RecipeDraft(recipe())
    draft.set_argument(0, ("units",), 16)
    assert draft.recipe.layers[0].arguments["units"] == 16
    draft.set_argument(0, ("activation",), DEFAULT)
    assert "activation" not in draft.recipe.layers[0].arguments


def test_an_argument_of_a_component_is_set() -> None:
    draft = RecipeDraft(recipe(Layer("Dense", {"units": 2, "kernel_regularizer": "l2"})))
    draft.set_argument(0, ("kernel_regularizer", "l2"), 0.1)
    assert draft.recipe.layers[0].arguments["kernel_regularizer"] == Component("l2", {"l2": 0.1})


def test_an_argument_inside_a_list_of_layers_is_set() -> None:
    cells = (Component("LSTMCell", {"units": 4}), Component("GRUCell", {"units": 4}))
    draft = RecipeDraft(recipe(Layer("StackedRNNCells", {"cells": cells})))
    draft.set_argument(0, ("cells", "1", "units"), 9)
    after = draft.recipe.layers[0].arguments["cells"]
    assert after == (cells[0], Component("GRUCell", {"units": 9}))


def test_inputs_name_the_layers_they_name() -> None:
    draft = RecipeDraft(recipe(Layer("Dense"), Layer("Dense"), Layer("Add")))
    first, second = (proposed_name(draft.recipe, place) for place in (0, 1))
    draft.set_inputs(2, (first, second))
    layers = draft.recipe.layers
    assert (layers[0].name, layers[1].name) == (first, second)
    assert layers[2].inputs == (first, second)
    draft.undo()
    assert draft.recipe.layers[0].name is None, "one step, one undo"


def test_layers_follow_a_name_they_read() -> None:
    draft = RecipeDraft(recipe(Layer("Dense", name="a"), Layer("Add", inputs=("a", "input"))))
    draft.set_name(0, "b")
    assert draft.recipe.layers[1].inputs == ("b", "input")


def test_saving_takes_the_star_away_and_undo_brings_it_back() -> None:
    draft = RecipeDraft(recipe())
    draft.set_argument(0, ("units",), 16)
    assert draft.changed
    draft.mark_saved(draft.recipe)
    assert not draft.changed
    assert draft.differences, "it still differs from what it came from"
    draft.undo()
    assert draft.changed


def test_opening_another_recipe_can_be_undone_with_its_changes() -> None:
    draft = RecipeDraft(recipe())
    draft.set_argument(0, ("units",), 16)
    edited = draft.recipe
    other = recipe(Layer("Flatten"), name="other")
    draft.replace(other)
    assert (draft.recipe, draft.origin, draft.changed) == (other, other, False)
    draft.undo()
    assert draft.recipe == edited
    assert draft.origin.name == "test"
    assert draft.changed


def test_undo_says_where_it_was() -> None:
    draft = RecipeDraft(recipe())
    draft.delete_layer(1)
    change = draft.undo()
    assert change is not None
    assert change.layer == 1
    assert classes(draft) == ["Dense", "Dense"]
    assert draft.undo() is None


def test_the_way_back_is_bounded() -> None:
    draft = RecipeDraft(recipe(), limit=3)
    for units in range(10, 20):
        draft.set_argument(0, ("units",), units)
    undone = 0
    while draft.undo():
        undone += 1
    assert undone == 3
    assert draft.recipe.layers[0].arguments["units"] == 16


@pytest.mark.parametrize("path", [("activation", "x", "y"), ("units", "z")])
def test_a_path_into_nothing_is_an_error(path: tuple[str, ...]) -> None:
    with pytest.raises((KeyError, TypeError)):
        RecipeDraft(recipe(Layer("Dense", {"units": 4}))).set_argument(0, path, 1)


Edit = Callable[[RecipeDraft], object]


def _place(draft: RecipeDraft, number: int) -> int:
    return number % max(1, len(draft.recipe.layers))


def _on_layer(edit: Callable[[RecipeDraft, int], object], number: int) -> Edit:
    def run(draft: RecipeDraft) -> None:
        if draft.recipe.layers:
            edit(draft, _place(draft, number))

    return run


def edits() -> st.SearchStrategy[Edit]:
    numbers = st.integers(0, 5)
    return st.one_of(
        st.builds(
            lambda n, units: lambda draft: draft.add_layer(n, Layer("Dense", {"units": units})),
            numbers,
            st.integers(1, 3),
        ),
        st.builds(lambda n: _on_layer(lambda d, i: d.delete_layer(i), n), numbers),
        st.builds(lambda n: _on_layer(lambda d, i: d.duplicate_layer(i), n), numbers),
        st.builds(
            lambda n, by: _on_layer(lambda d, i: d.move_layer(i, by), n),
            numbers,
            st.integers(-2, 2),
        ),
        st.builds(
            lambda n, units: _on_layer(lambda d, i: d.set_argument(i, ("units",), units), n),
            numbers,
            st.integers(1, 3),
        ),
        st.builds(
            lambda seed: lambda draft: draft.change(replace(draft.recipe, seed=seed)),
            st.integers(0, 3),
        ),
        st.just(lambda draft: draft.replace(recipe(name="another"))),
        st.just(lambda draft: draft.mark_saved(draft.recipe)),
    )


@given(st.lists(edits(), max_size=12))
def test_undoing_everything_and_redoing_it_leads_back(steps: list[Edit]) -> None:
    draft = RecipeDraft(recipe())
    seen = [draft.recipe]
    for step in steps:
        step(draft)
        if draft.recipe != seen[-1]:
            seen.append(draft.recipe)
    last, origin = draft.recipe, draft.origin
    count = 0
    while draft.undo():
        count += 1
    assert draft.recipe == seen[0]
    assert not draft.can_undo
    for _ in range(count):
        assert draft.redo() is not None
    assert not draft.can_redo
    assert (draft.recipe, draft.origin) == (last, origin)


@given(st.lists(edits(), min_size=1, max_size=8), edits())
def test_a_new_change_ends_the_way_forward(steps: list[Edit], another: Edit) -> None:
    draft = RecipeDraft(recipe())
    for step in steps:
        step(draft)
    draft.undo()
    before = draft.recipe
    another(draft)
    if draft.recipe != before:
        assert not draft.can_redo
        draft.undo()
        assert draft.recipe == before
