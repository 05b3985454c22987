"""A run keeps the saved network that its recipe names: it is trained, exported and looked at when
that was moved or written over. Of one that is too large it says that it is another."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import keras
import numpy as np
import pytest
from tests.support.killed_training import start_training
from tests.support.waiting import wait_until

from kertasks.groups.ray.sent_files import all_files
from kertasks.pretrained import kept_file
from kertasks.pretrained.kept_file import unusable_networks, with_kept_networks
from kertasks.recipes.changes import with_changes
from kertasks.recipes.recipe import CompileSettings, FitSettings, Layer, Recipe
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Checkpointed, Epoch, Finished, Resumed
from kertasks.runs.home.store import RunStore

PATIENCE = 120.0


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A network of small pictures, as Keras saves it."""
    keras.utils.set_random_seed(1)
    path, layers = tmp_path / "base.keras", keras.layers
    edges, norm, flat = layers.Conv2D(8, 3), layers.BatchNormalization(), layers.Flatten()
    keras.Sequential([keras.Input((8, 8, 1)), edges, norm, flat]).save(path)
    return path


def recipe_on(base: Path) -> Recipe:
    """A recipe that trains the layers of the base further, without its hash."""
    return Recipe(
        task="digits",
        name="transfer",
        layers=(
            Layer("Pretrained", {"file": str(base), "trainable": True}),
            Layer("Dropout", {"rate": 0.2}),
            Layer("Dense", {"units": 10, "activation": "softmax"}),
        ),
        compile=CompileSettings(loss="sparse_categorical_crossentropy", metrics=("accuracy",)),
        fit=FitSettings(epochs=2, batch_size=1),
    )


def test_a_run_has_the_network_or_its_hash(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = hashlib.sha256(base.read_bytes()).hexdigest()
    store, recipe = RunStore(tmp_path / "home"), recipe_on(base)
    run = store.create(recipe)
    said = run.recipe()
    assert said.layers[0].arguments == {**recipe.layers[0].arguments, "sha256": digest}
    kept = with_kept_networks(said, run.path)
    copy = Path(str(kept.layers[0].arguments["file"]))
    assert copy.is_relative_to(run.path)
    assert (copy.name, copy.read_bytes()) == (f"{digest[:8]}-base.keras", base.read_bytes())
    assert all_files(run.path)[f"pretrained/{copy.name}"] == base.read_bytes()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700

    # A hash that somebody gave is kept, also where the file is another: who builds it says so.
    wrong = with_changes(recipe, [f'layers.0.sha256="{"0" * 64}"'])
    assert store.create(wrong).recipe() == wrong
    (why,) = unusable_networks(wrong)
    assert f"its SHA-256 is {digest}" in why
    # It says nothing of another file.
    assert with_changes(said, [f"layers.0.file={base}"]) == recipe

    monkeypatch.setattr(kept_file, "_MOST_COPIED", 0)
    large = store.create(recipe)
    assert large.recipe() == said
    assert with_kept_networks(said, large.path) == said
    assert not any(unusable_networks(said))
    base.unlink()
    assert list(unusable_networks(said)) == [f"{base} is not there"]
    assert store.create(recipe).recipe() == recipe
    assert not any(unusable_networks(kept))


@pytest.mark.long
@pytest.mark.training
def test_a_run_killed_in_mid_epoch_goes_on_without_the_file(tmp_path: Path, base: Path) -> None:
    recipe = recipe_on(base)
    whole = RunStore(tmp_path / "whole").create(recipe)
    process = start_training(whole.path, 1000.0)
    process.join(PATIENCE)
    assert process.exitcode == 0

    killed = RunStore(tmp_path / "killed").create(recipe)
    process = start_training(killed.path, 0.05)

    def in_mid_epoch() -> bool:
        events = EventReader(killed.events_path).read_all()
        return any(isinstance(event, Checkpointed) and event.step for event in events)

    wait_until(in_mid_epoch, PATIENCE)
    process.kill()
    process.join(PATIENCE)
    base.write_bytes(b"something else")
    process = start_training(killed.path, 1000.0, resumes=True)
    process.join(PATIENCE)

    events, expected = (EventReader(run.events_path).read_all() for run in (killed, whole))
    assert isinstance(events[-1], Finished)
    assert any(isinstance(event, Resumed) and event.step for event in events)
    assert [event.metrics for event in events if isinstance(event, Epoch)] == [
        event.metrics for event in expected if isinstance(event, Epoch)
    ]
    ours, theirs = (keras.models.load_model(run.model_path) for run in (killed, whole))
    for weight, wanted in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, wanted)
    pairs = zip(ours.optimizer.variables, theirs.optimizer.variables, strict=True)
    for variable, other in pairs:
        np.testing.assert_array_equal(variable.numpy(), other.numpy())
