from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kertasks.recipes.recipe import CompileSettings, Component, EarlyStopping, Layer, Recipe
from kertasks.registry import find_task
from kertui.comparison.recipe_comparison import compare_recipes, match_layers


def recipe(*layers: Layer) -> Recipe:
    return Recipe("xor", "test", layers, CompileSettings())


def dense(units: int) -> Layer:
    return Layer("Dense", {"units": units})


def test_equal_recipes_do_not_differ() -> None:
    one = recipe(dense(8), dense(1))
    assert compare_recipes((one, one)).differences == ()


def test_an_inserted_layer_is_one_difference() -> None:
    before, after = recipe(dense(8), dense(1)), recipe(dense(8), Layer("Dropout"), dense(1))
    found = compare_recipes((before, after)).differences
    assert [(one.label, one.values) for one in found] == [("layers.1", (None, "Dropout"))]
    places = [layer.places for layer in compare_recipes((before, after)).layers]
    assert places == [(0, 0), (None, 1), (1, 2)]


def test_a_changed_argument_is_named_by_its_path() -> None:
    before = recipe(Layer("Dense", {"units": 8, "kernel_regularizer": Component("L2", {"l2": 1})}))
    after = recipe(Layer("Dense", {"units": 9, "kernel_regularizer": Component("L2", {"l2": 2})}))
    assert [(one.label, one.values) for one in compare_recipes((before, after)).differences] == [
        ("layers.0.units", ("8", "9")),
        ("layers.0.kernel_regularizer.l2", ("1", "2")),
    ]


def test_the_likeliest_layer_is_taken_for_the_changed_one() -> None:
    before = recipe(dense(2), dense(4), dense(1))
    after = recipe(dense(4), dense(1))
    assert [layer.places for layer in compare_recipes((before, after)).layers] == [
        (0, None),
        (1, 0),
        (2, 1),
    ]


def test_settings_differ_by_name() -> None:
    before = recipe(dense(1))
    after = replace(
        before,
        seed=3,
        compile=replace(before.compile, optimizer=Component("Adam", {"learning_rate": 0.01})),
        fit=replace(before.fit, early_stopping=EarlyStopping(patience=5)),
    )
    found = {one.label: one.values for one in compare_recipes((before, after)).differences}
    assert found["compile.optimizer.learning_rate"] == (None, "0.01")
    assert found["fit.early_stopping"] == ("off", "on")
    assert found["fit.early_stopping.patience"] == (None, "5")
    assert found["seed"] == ("0", "3")


layers = st.lists(
    st.builds(
        lambda name, units: Layer(name, {"units": units}),
        st.sampled_from(["Dense", "LSTM", "Conv1D"]),
        st.integers(1, 3),
    ),
    max_size=6,
).map(tuple)


@given(layers, layers)
def test_every_layer_is_paired_once_and_in_order(
    before: tuple[Layer, ...], after: tuple[Layer, ...]
) -> None:
    pairs = match_layers(before, after)
    assert [old for old, _ in pairs if old is not None] == list(range(len(before)))
    assert [new for _, new in pairs if new is not None] == list(range(len(after)))
    for old, new in pairs:
        if old is not None and new is not None:
            assert before[old].class_name == after[new].class_name


@given(layers)
def test_a_network_is_paired_with_itself(one: tuple[Layer, ...]) -> None:
    assert match_layers(one, one) == [(place, place) for place in range(len(one))]


XOR = find_task("xor").recipes["answer"]


def values(*labels: str, recipes: list[str]) -> dict[str, tuple[str | None, ...]]:
    task = find_task("xor")
    table = compare_recipes([task.recipes[name] for name in recipes])
    return {row.label: row.values for row in table.rows() if row.label in labels}


def test_the_same_recipe_has_no_differences() -> None:
    table = compare_recipes([XOR, XOR, XOR])
    assert table.rows() == []
    assert table.same > 5


def test_an_argument_that_differs_is_a_row_with_a_value_each() -> None:
    first = XOR.layers[0]
    wider = replace(XOR, layers=(replace(first, arguments={**first.arguments, "units": 32}),
                                 *XOR.layers[1:]))  # fmt: skip
    slower = replace(XOR, fit=replace(XOR.fit, epochs=5000))
    table = compare_recipes([XOR, wider, slower])
    assert [(row.label, row.values) for row in table.rows()] == [
        ("layer 1 Dense units", ("8", "32", "8")),
        ("epochs", ("1000", "1000", "5000")),
    ]


def test_one_more_layer_between_is_one_row() -> None:
    dropout = Layer("Dropout", {"rate": 0.5})
    more = replace(XOR, layers=(XOR.layers[0], dropout, *XOR.layers[1:]))
    table = compare_recipes([XOR, more, XOR])
    assert [(row.label, row.values) for row in table.rows()] == [
        ("layer", (None, "2  Dropout 0.5", None)),
    ]


def test_a_layer_has_the_number_of_its_own_network() -> None:
    xor = find_task("xor").recipes["as asked"]
    digits = find_task("digits").recipes
    recipes = [xor, digits["convolutions"], digits["rescaling"]]
    table = compare_recipes(recipes)
    lines = [row.values for row in table.rows() if row.label == "layer"]
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
    table = compare_recipes([flat, deeper])
    assert [(row.label, row.values) for row in table.rows()] == [
        ("layer", (None, "2  Dropout 0.5")),
        ("layer", ("2  Dense 1  kernel_regularizer=L2", "3  Dense 1  kernel_regularizer=L2")),
        ("Dense kernel_regularizer.l2", ("0.1", "0.2")),
    ]


def test_recipes_of_different_depth_have_a_value_for_each() -> None:
    found = values("epochs", recipes=["as asked", "answer", "as asked, four rows"])
    assert found["epochs"] == ("2000", "1000", "1000")
    table = compare_recipes(list(find_task("xor").recipes.values()))
    assert all(len(row.values) == 3 for row in table.rows())


def test_a_layer_is_taken_for_the_one_with_the_same_size() -> None:
    pairs = match_layers((dense(8), dense(16)), (Layer("Dense", {"units": 16, "use_bias": False}),))
    assert pairs == [(0, None), (1, 0)]


def test_a_named_layer_is_taken_for_the_one_of_its_name() -> None:
    before = (Layer("Dense", {"units": 8}, "one"), Layer("GRU", {"units": 4}, "two"))
    assert match_layers(before, (Layer("LSTM", {"units": 4}, "two"),)) == [(0, None), (1, 0)]


def test_the_whole_comparison_has_what_is_the_same_too() -> None:
    before = recipe(dense(8), dense(1))
    after = replace(recipe(Layer("Dropout"), dense(9), dense(1)), seed=3)
    rows = compare_recipes((before, after)).rows(whole=True)
    layers = rows[1 : [row.label for row in rows].index("Training")]
    assert [(row.label, row.values, row.same) for row in layers] == [
        ("layer 1", (None, "Dropout"), False),
        ("layer 2", ("Dense 8", "Dense 9"), False),
        ("Dense units", ("8", "9"), False),
        ("layer 3", ("Dense 1", "Dense 1"), True),
    ]
    assert [row.label for row in rows if not row.values] == ["Layers", "Training"]
    settings = {row.label: (row.values, row.same) for row in rows}
    assert settings["seed"] == (("0", "3"), False)
    assert settings["epochs"] == (("10", "10"), True)
