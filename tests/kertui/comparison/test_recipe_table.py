from __future__ import annotations

from dataclasses import replace

from kertasks.recipes.recipe import Component, Layer
from kertasks.registry import find_task
from kertui.comparison.recipe_table import differing

XOR = find_task("xor").recipes["answer"]


def values(*labels: str, recipes: list[str]) -> dict[str, tuple[str | None, ...]]:
    task = find_task("xor")
    table = differing([task.recipes[name] for name in recipes])
    return {row.label: row.values for row in table.rows if row.label in labels}


def test_the_same_recipe_has_no_differences() -> None:
    table = differing([XOR, XOR, XOR])
    assert table.rows == ()
    assert table.same > 5


def test_an_argument_that_differs_is_a_row_with_a_value_each() -> None:
    first = XOR.layers[0]
    wider = replace(XOR, layers=(replace(first, arguments={**first.arguments, "units": 32}),
                                 *XOR.layers[1:]))  # fmt: skip
    slower = replace(XOR, fit=replace(XOR.fit, epochs=5000))
    table = differing([XOR, wider, slower])
    assert [(row.label, row.values) for row in table.rows] == [
        ("layer 1 Dense units", ("8", "32", "8")),
        ("epochs", ("1000", "1000", "5000")),
    ]


def test_one_more_layer_between_is_one_row() -> None:
    dropout = Layer("Dropout", {"rate": 0.5})
    more = replace(XOR, layers=(XOR.layers[0], dropout, *XOR.layers[1:]))
    table = differing([XOR, more, XOR])
    assert [(row.label, row.values) for row in table.rows] == [
        ("layer", (None, "2  Dropout 0.5", None)),
    ]


def test_a_layer_has_the_number_of_its_own_network() -> None:
    xor = find_task("xor").recipes["as asked"]
    digits = find_task("digits").recipes
    recipes = [xor, digits["convolutions"], digits["rescaling"]]
    table = differing(recipes)
    lines = [row.values for row in table.rows if row.label == "layer"]
    assert lines[0] == ("1  Dense 2  relu", None, None)
    for number, recipe in enumerate(recipes):
        told = [values[number] for values in lines]
        numbers = [int(line.split()[0]) for line in told if line is not None]
        assert numbers == sorted(set(numbers))
        assert set(numbers) <= set(range(1, len(recipe.layers) + 1))


def test_layers_at_different_places_are_told_whole() -> None:
    def last(l2: float) -> Layer:
        regularizer = Component("L2", {"l2": l2})
        return Layer("Dense", {"units": 1, "kernel_regularizer": regularizer})

    flat = replace(XOR, layers=(XOR.layers[0], last(0.1)))
    deeper = replace(XOR, layers=(XOR.layers[0], Layer("Dropout", {"rate": 0.5}), last(0.2)))
    table = differing([flat, deeper])
    assert [(row.label, row.values) for row in table.rows] == [
        ("layer", (None, "2  Dropout 0.5")),
        ("layer", ("2  Dense 1  kernel_regularizer=L2", "3  Dense 1  kernel_regularizer=L2")),
        ("Dense kernel_regularizer.l2", ("0.1", "0.2")),
    ]


def test_recipes_of_different_depth_have_a_value_for_each() -> None:
    found = values("epochs", recipes=["as asked", "answer", "as asked, four rows"])
    assert found["epochs"] == ("2000", "1000", "1000")
    table = differing(list(find_task("xor").recipes.values()))
    assert all(len(row.values) == 3 for row in table.rows)
