"""A stranger's recipe names no file, no address and no code, however deep. Whoever builds it, to
check it, to train it or to resume it, refuses it, and nothing is opened."""

from __future__ import annotations

import os
import re
from pathlib import Path

import keras
import pytest
from tests.support.datasets import PAIRS, of_shape
from tests.support.run_damage import not_waiting

from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Catalog, Family
from kertasks.models.build import build_model
from kertasks.models.check_build import check_model
from kertasks.models.messages import BuildError
from kertasks.recipes.recipe import PRETRAINED, CompileSettings, Component, Layer, Recipe, Value
from kertasks.recipes.validation import problem_with, validate


@keras.saving.register_keras_serializable(package="stranger")
class Own(keras.layers.Layer):  # type: ignore[misc]  # keras carries no types
    """What a recipe could name if custom objects were looked up."""


def lookup(vocabulary: Value) -> Component:
    return Component("IntegerLookup", {"vocabulary": vocabulary})


def recipes(file: str) -> dict[str, tuple[Layer, ...]]:
    """Layers that would open a file, or run code, by what they are."""
    integers = Layer("IntegerLookup", {"vocabulary": file})
    url = f"file://{file}"
    return {
        "a file": (integers,),
        "an address": (Layer("IntegerLookup", {"vocabulary": url}),),
        "a file in a list": (Layer("IntegerLookup", {"vocabulary": (file,)}),),
        "in a wrapper": (Layer("TimeDistributed", {"layer": lookup(file)}),),
        "in a pipeline": (Layer("Pipeline", {"layers": (lookup((1,)), lookup(file))}),),
        "strings": (Layer("StringLookup", {"vocabulary": file}),),
        "text": (Layer("TextVectorization", {"vocabulary": file}),),
        "text in a wrapper": (
            Layer("TimeDistributed", {"layer": Component("StringLookup", {"vocabulary": file})}),
        ),
        "a saved program": (Layer("TFSMLayer", {"filepath": file}),),
        "a saved program in a wrapper": (
            Layer("TimeDistributed", {"layer": Component("TFSMLayer", {"filepath": file})}),
        ),
        "code": (Layer("Lambda", {"function": "os.system"}),),
        "a custom object": (Layer("stranger>Own"),),
        "a custom object by its class": (Layer("Own"),),
        "a module": (Layer("keras.layers.Dense", {"units": 1}),),
        "a function of another module": (Layer("Dense", {"units": 1, "activation": "os:system"}),),
        "an initializer": (
            Layer("Dense", {"units": 1, "kernel_initializer": Component("Own", {"path": file})}),
        ),
        "a name of a function": (
            Layer("Dense", {"units": 1, "kernel_regularizer": "stranger>Own"}),
        ),
        "weights": (Layer("Embedding", {"input_dim": 2, "output_dim": 2, "weights": file}),),
        "a policy": (Layer("Dense", {"units": 1, "dtype": file}),),
    }


@pytest.mark.parametrize("kind", recipes(""))
def test_nothing_a_recipe_names_is_opened_or_run(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "passwd"
    os.mkfifo(file)  # whoever opened it would wait
    recipe = Recipe("xor", "mine", recipes(str(file))[kind], CompileSettings())
    with not_waiting(60):
        check = check_model(recipe, PAIRS)
        assert check.error is not None
        assert (check.error_path or "").startswith("layers.0")
        with pytest.raises(BuildError) as refused:
            build_model(recipe, of_shape(PAIRS))
    assert refused.value.path.startswith("layers.0")


_NAMES_A_FILE = re.compile(r"\b(file|filename|filepath|path to|url|directory|folder)\b", re.I)


def _may_name_a_file(argument: Argument) -> bool:
    """Whether Keras says so; ``data_format`` only names Keras's own settings' file."""
    if argument.kind is ArgumentKind.CHOICE or argument.name == "data_format":
        return False
    return bool(_NAMES_A_FILE.search(f"{argument.name} {argument.help}"))


def test_no_argument_on_offer_takes_the_name_of_a_file(catalog: Catalog) -> None:
    """Read from Keras's own words, so that a new one is noticed with its version."""
    named = [
        (info, argument)
        for info in catalog.classes
        for argument in info.arguments
        # Of that file it is decided elsewhere what is read.
        if _may_name_a_file(argument) and info.name != PRETRAINED
    ]
    assert [(info.name, argument.name) for info, argument in named] == [
        ("IntegerLookup", "vocabulary")
    ]
    for _, argument in named:
        for value in ("/etc/passwd", "https://example.org/words.txt", ("/etc/passwd",)):
            assert problem_with(value, argument, "layers.0.vocabulary") is not None
        assert problem_with((1, 2), argument, "layers.0.vocabulary") is None


def test_what_building_refuses_validation_refuses_in_the_same_words(catalog: Catalog) -> None:
    recipe = Recipe("xor", "mine", recipes("/etc/passwd")["in a wrapper"], CompileSettings())
    (problem,) = validate(recipe, catalog)
    with pytest.raises(BuildError) as refused:
        build_model(recipe, of_shape(PAIRS))
    assert problem.path == refused.value.path == "layers.0.layer.vocabulary"
    assert refused.value.reason == f"found {problem.found}; allowed: {problem.allowed}"
    assert catalog.find(Family.LAYERS, "StringLookup") is None
