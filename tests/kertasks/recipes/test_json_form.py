"""Every fault of a recipe's shape, with its path; all of them at once."""

from __future__ import annotations

from typing import Any

import pytest

from kertasks.recipes.json_form import from_json
from kertasks.recipes.recipe import Component
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.recipes.toml_file import parse_recipe

PLAIN: dict[str, Any] = {
    "task": "xor",
    "name": "mine",
    "layers": [{"class": "Dense", "units": 1}],
}


def problems_of(**changes: Any) -> dict[str, tuple[str, str]]:
    with pytest.raises(RecipeError) as caught:
        from_json({**PLAIN, **changes}, "mine.toml")
    return {problem.path: (problem.found, problem.allowed) for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("changes", "path", "found", "allowed"),
    [
        ({"task": None}, "task", "nothing", "a string"),
        ({"name": 3}, "name", "3 (a whole number)", "a string"),
        ({"seed": True}, "seed", "true (a boolean)", "a whole number"),
        ({"seed": 1.5}, "seed", "1.5 (a number)", "a whole number"),
        ({"sead": 1}, "sead", "an unknown key", "did you mean seed?"),
        ({"layers": None}, "layers", "nothing", "[[layers]]"),
        ({"layers": "Dense"}, "layers", '"Dense" (a string)', "[[layers]]"),
        ({"layers": ["Dense"]}, "layers.0", '"Dense" (a string)', "a table"),
        ({"layers": [{"units": 1}]}, "layers.0.class", "nothing", "the name of a Keras class"),
        ({"layers": [{"class": 3}]}, "layers.0.class", "3 (a whole number)", "the name"),
        ({"layers": [{"class": "A", "name": 1}]}, "layers.0.name", "1 (a whole", "a string"),
        ({"layers": [{"class": "A", "inputs": "a"}]}, "layers.0.inputs", '"a"', "a list of"),
        ({"layers": [{"class": "A", "inputs": [1]}]}, "layers.0.inputs", "a list", "a list of"),
        ({"layers": [{"class": "A", "x-y": 1}]}, "layers.0.x-y", "an unknown key", "argument"),
        ({"layers": [{"class": "A", "l2": {"l2": 1}}]}, "layers.0.l2.class", "nothing", "name"),
        ({"layers": [{"class": "A", "x": float("nan")}]}, "layers.0.x", "nan", "finite"),
        ({"layers": [{"class": "A", "x": [1, float("inf")]}]}, "layers.0.x.1", "inf", "finite"),
        ({"layers": [{"class": "A", "x": 1 << 70}]}, "layers.0.x", "1180591620717411", "64 bits"),
        ({"fit": {"epochs": 1 << 20_000}}, "fit.epochs", "thousands of digits", "a whole number"),
        ({"data": "four rows"}, "data", '"four rows"', "a table of variant"),
        ({"data": {"varient": "a"}}, "data.varient", "an unknown key", "did you mean variant?"),
        ({"compile": {"optimiser": "adam"}}, "compile.optimiser", "an unknown", "optimizer?"),
        ({"compile": {"optimizer": 1}}, "compile.optimizer", "1 (a whole", "the name"),
        ({"compile": {"metrics": "mae"}}, "compile.metrics", '"mae"', "a list"),
        ({"compile": {"metrics": [{}]}}, "compile.metrics.0.class", "nothing", "the name"),
        ({"fit": {"epoch": 1}}, "fit.epoch", "an unknown key", "did you mean epochs?"),
        ({"fit": {"epochs": "ten"}}, "fit.epochs", '"ten" (a string)', "a whole number"),
        ({"fit": {"epochs": 10.0}}, "fit.epochs", "10.0 (a number)", "a whole number"),
        ({"fit": {"shuffle": 1}}, "fit.shuffle", "1 (a whole number)", "true or false"),
        ({"fit": {"early_stopping": True}}, "fit.early_stopping", "true", "a table of monitor"),
    ],
)  # fmt: skip
def test_names_the_fault(changes: dict[str, Any], path: str, found: str, allowed: str) -> None:
    problems = problems_of(**changes)
    assert list(problems) == [path]
    assert found in problems[path][0]
    assert allowed in problems[path][1]


def test_names_the_fault_inside_early_stopping() -> None:
    problems = problems_of(fit={"early_stopping": {"patients": 1, "min_delta": "a"}})
    path = "fit.early_stopping"
    assert list(problems) == [f"{path}.patients", f"{path}.min_delta"]
    assert "did you mean patience?" in problems[f"{path}.patients"][1]


def test_lists_all_faults_at_once_with_the_file() -> None:
    with pytest.raises(RecipeError) as caught:
        from_json({"task": 1, "layers": [{"units": 1}], "fit": {"epochs": "x"}}, "mine.toml")
    assert {problem.path for problem in caught.value.problems} == {
        "task", "name", "layers.0.class", "fit.epochs",
    }  # fmt: skip
    assert str(caught.value).count("mine.toml: ") == 4


def test_faults_of_shape_and_of_rules_come_together() -> None:
    with pytest.raises(RecipeError) as caught:
        parse_recipe('task = "xor"\nname = 1\nseed = -1\nlayers = []\n[fit]\nepochs = 0\n')
    assert {problem.path for problem in caught.value.problems} == {
        "name", "seed", "layers", "fit.epochs",
    }  # fmt: skip


@pytest.mark.parametrize("plain", [None, 3, "text", []])
def test_what_is_no_table_is_no_recipe(plain: object) -> None:
    with pytest.raises(RecipeError, match="a table of task"):
        from_json(plain)


def test_nesting_has_an_end() -> None:
    value: Any = 1
    for _ in range(200):
        value = [value]
    assert "nested too deep" in str(problems_of(layers=[{"class": "A", "x": value}]))


@pytest.mark.parametrize(
    "name",
    [
        "__import__('os').system('true')",
        "os.system",
        "../../etc/passwd",
        "keras.src.layers.Lambda",
        "Dense\n",
        "",
        "__class__",
        "Dénse",
    ],
)
def test_a_class_is_a_plain_name(name: str) -> None:
    component = {"class": name}
    assert list(problems_of(layers=[component])) == ["layers.0.class"]
    assert list(problems_of(compile={"optimizer": name})) == ["compile.optimizer"]
    assert list(problems_of(layers=[{"class": "A", "x": component}])) == ["layers.0.x.class"]


def test_an_empty_table_and_null_are_none() -> None:
    read = from_json({**PLAIN, "layers": [{"class": "A", "x": {}, "y": None}]})
    assert dict(read.layers[0].arguments) == {"x": None, "y": None}


def test_a_plain_optimizer_and_a_table_are_both_components() -> None:
    read = from_json({**PLAIN, "compile": {"optimizer": "adam", "loss": {"class": "Huber"}}})
    assert read.compile.optimizer == Component("adam")
    assert read.compile.loss == Component("Huber")
