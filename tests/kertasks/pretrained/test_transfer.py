"""A network learns one half of the digits, and its layers are used for the other half: the same
numbers as plain Keras gives, also where the training was interrupted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from tests.support.closeness import assert_close, assert_same_history, assert_same_weights

import kertasks
from kertasks.advice.recipe_advice import advise_recipe
from kertasks.data.dataset import Dataset
from kertasks.models.build import build_model, check_recipe
from kertasks.recipes.changes import with_changes
from kertasks.recipes.recipe import CompileSettings, Component, FitSettings, Layer, Recipe
from kertasks.recipes.toml_file import load_recipe, save_recipe
from kertasks.registry import find_task
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Epoch, Finished
from kertasks.runs.home.store import RunStore
from kertasks.runs.views.layer_page import LayerRequest
from kertasks.runs.views.layer_table import LayersRecord, LayersRequest
from kertasks.runs.views.saliency import SaliencyRequest
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.process.claiming import claim
from kertasks.trainer.run import train
from kertasks.views.table import look

pytestmark = pytest.mark.training

ROWS = 256


@pytest.fixture(scope="module")
def data() -> Dataset:
    return find_task("digits").load(None, 0)


@pytest.fixture(scope="module")
def base(data: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that learned the digits below 5, as Keras saves it."""
    layers = keras.layers
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input(data.input_shape),
            layers.Conv2D(4, 3, strides=2, use_bias=False, name="edges"),
            layers.BatchNormalization(name="norm"),
            layers.ReLU(),
            layers.GlobalAveragePooling2D(name="pooled"),
            layers.Dropout(0.1),
            layers.Dense(5, "softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    low = data.train.y < 5
    model.fit(data.train.x[low], data.train.y[low], epochs=1, verbose=0)
    path = tmp_path_factory.mktemp("base") / "base.keras"
    model.save(path)
    return path


def recipe_on(base: Path, *, trainable: bool = False) -> Recipe:
    """A classifier of ten digits on the layers of the base, up to its pooling."""
    return Recipe(
        task="digits",
        name="transfer",
        layers=(
            Layer("RandomTranslation", {"height_factor": 0.1, "width_factor": 0.1}),
            Layer("Pretrained", {"file": str(base), "until": "pooled", "trainable": trainable}),
            Layer("Dense", {"units": 10, "activation": "softmax"}),
        ),
        compile=CompileSettings(
            Component("Adam", {"learning_rate": 0.01}),
            "sparse_categorical_crossentropy",
            ("accuracy",),
        ),
        fit=FitSettings(epochs=2, batch_size=64, shuffle=False),
        seed=5,
    )


def kerass(base: Path, trainable: bool, shape: tuple[int, ...]) -> keras.Model:
    """The same in plain Keras."""
    keras.utils.set_random_seed(5)
    move = keras.layers.RandomTranslation(0.1, 0.1)
    whole = keras.models.load_model(base, compile=False)
    body = keras.Model(whole.inputs[0], whole.get_layer("pooled").output)
    body.trainable = trainable
    head = keras.layers.Dense(10, "softmax")
    model = keras.Sequential([keras.Input(shape), move, body, head])
    adam, loss = keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy"
    model.compile(adam, loss, metrics=["accuracy"])
    return model


@pytest.mark.parametrize("trainable", [False, True], ids=["frozen", "trainable"])
def test_the_numbers_are_those_of_plain_keras(base: Path, data: Dataset, trainable: bool) -> None:
    recipe = recipe_on(base, trainable=trainable)
    check = check_recipe(recipe, data)
    assert check.errors == ()
    assert (check.parameters, check.trainable_parameters) == (102, 94 if trainable else 50)
    saved = check.layers[1]
    assert (saved.inside, saved.names[:2], len(saved.names)) == (4, ("edges", "norm"), 6)

    ours, theirs = build_model(recipe, data), kerass(base, trainable, data.input_shape)
    x, y = data.train.x[:ROWS], data.train.y[:ROWS]
    before = [weight.numpy() for weight in ours.get_layer("pretrained").weights]
    arguments: dict[str, Any] = {"batch_size": 64, "epochs": 2, "shuffle": False}
    history = kertasks.fit(ours, x, y, **arguments)
    expected = theirs.fit(x, y, verbose=0, **arguments)
    assert_same_history(history.history, expected.history)
    assert_same_weights(ours, theirs)
    after = [weight.numpy() for weight in ours.get_layer("pretrained").weights]
    changed = any(not np.array_equal(one, other) for one, other in zip(before, after, strict=True))
    assert changed is trainable, "frozen batch normalization keeps its averages too"


def test_a_run_goes_on_where_it_ended_and_its_file_is_plain_keras(
    tmp_path: Path, base: Path, data: Dataset
) -> None:
    # A recipe beside its network names it by its name alone, and both can be moved together.
    file = tmp_path / "transfer.toml"
    copy = tmp_path / "base.keras"
    copy.write_bytes(base.read_bytes())
    save_recipe(with_changes(recipe_on(copy), ["fit.epochs=1"]), file)
    assert 'file = "base.keras"' in file.read_text()
    recipe = load_recipe(file)
    assert recipe.layers == recipe_on(copy).layers

    whole = RunStore(tmp_path / "whole").create(with_changes(recipe, ["fit.epochs=2"]))
    assert train(claim(whole.path), DatasetCache(), "CPU")
    run = RunStore(tmp_path / "parts").create(recipe)
    assert train(claim(run.path), DatasetCache(), "CPU")
    copy.write_bytes(b"something else")  # the run has what it needs
    assert train(claim(run.path, resumes=True, epochs=2), DatasetCache(), "CPU")
    expected, found = (EventReader(one.events_path).read_all() for one in (whole, run))
    assert isinstance(found[-1], Finished)
    assert [event.metrics for event in found if isinstance(event, Epoch)] == [
        event.metrics for event in expected if isinstance(event, Epoch)
    ]

    # What was trained is a network of Keras's own, and may itself be the base of another.
    trained = keras.models.load_model(run.model_path, safe_mode=True)
    assert isinstance(trained.layers[2], keras.Model)
    again = replace(
        recipe,
        layers=(
            Layer("Pretrained", {"file": str(run.model_path), "until": "pretrained"}),
            Layer("Dense", {"units": 10, "activation": "softmax"}),
        ),
    )
    model = build_model(again, data)
    rows = data.test.x[:8] if data.test is not None else data.train.x[:8]
    inner = trained.get_layer("pretrained")  # in use, nothing is moved before it
    assert_close(model.layers[1](rows, training=False), inner(rows), "the layers of a run")

    # Nothing that looks at a network minds one inside of it.
    table = look(model, data, LayersRequest())
    assert isinstance(table, LayersRecord)
    assert [(one.class_name, one.shape) for one in table.layers] == [
        ("Functional", (4,)),
        ("Dense", (10,)),
    ]
    assert look(model, data, LayerRequest(index=0))
    assert look(model, data, SaliencyRequest())
    assert not any("computes nothing" in one.sentence for one in advise_recipe(again, data))
