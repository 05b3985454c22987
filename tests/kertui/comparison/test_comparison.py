from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kertasks.recipes.recipe import CompileSettings, Component, EarlyStopping, Layer, Recipe
from kertui.comparison.comparison import compare, differences, match_layers


def recipe(*layers: Layer) -> Recipe:
    return Recipe("xor", "test", layers, CompileSettings())


def dense(units: int) -> Layer:
    return Layer("Dense", {"units": units})


def test_equal_recipes_do_not_differ() -> None:
    one = recipe(dense(8), dense(1))
    assert differences(one, one) == ()


def test_an_inserted_layer_is_one_difference() -> None:
    before, after = recipe(dense(8), dense(1)), recipe(dense(8), Layer("Dropout"), dense(1))
    found = differences(before, after)
    assert [(one.path, one.before, one.after) for one in found] == [("layers.1", None, "Dropout")]
    pairs = [(pair.before, pair.after) for pair in compare(before, after).layers]
    assert pairs == [(0, 0), (None, 1), (1, 2)]


def test_a_changed_argument_is_named_by_its_path() -> None:
    before = recipe(Layer("Dense", {"units": 8, "kernel_regularizer": Component("L2", {"l2": 1})}))
    after = recipe(Layer("Dense", {"units": 9, "kernel_regularizer": Component("L2", {"l2": 2})}))
    assert [(one.path, one.before, one.after) for one in differences(before, after)] == [
        ("layers.0.units", "8", "9"),
        ("layers.0.kernel_regularizer.l2", "1", "2"),
    ]


def test_the_likeliest_layer_is_taken_for_the_changed_one() -> None:
    before = recipe(dense(2), dense(4), dense(1))
    after = recipe(dense(4), dense(1))
    assert [(pair.before, pair.after) for pair in compare(before, after).layers] == [
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
    found = {one.path: (one.before, one.after) for one in differences(before, after)}
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
