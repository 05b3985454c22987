"""A stranger's file runs no code, opens no other file and takes no more memory than it has: it is
refused in one sentence, at its layer, by the check and by whoever builds without one."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest
from tests.support.datasets import PAIRS, of_shape
from tests.support.run_damage import not_waiting

from kertasks.models.build import build_model
from kertasks.models.check_build import check_model
from kertasks.models.messages import BuildError
from kertasks.pretrained.layer import Pretrained
from kertasks.pretrained.network import network_of
from kertasks.pretrained.saved_file import UnusableFile, read_saved
from kertasks.recipes.recipe import PRETRAINED, CompileSettings, Layer, Recipe, Value

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
HDF5 = b"\x89HDF\r\n\x1a\n"


@keras.saving.register_keras_serializable(package="stranger")
class Registered(keras.layers.Layer):  # type: ignore[misc]  # keras carries no types
    """What a file could name if registered classes were looked up."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that anybody may use, of two columns."""
    dense = keras.layers.Dense
    layers = [keras.Input((2,)), dense(3, "relu", name="hidden"), dense(1, name="last")]
    path = tmp_path_factory.mktemp("saved") / "base.keras"
    keras.Sequential(layers).save(path)
    return path


@pytest.fixture
def rewritten(saved: Path, tmp_path: Path) -> Callable[..., Path]:
    """Writes the file anew with another config, or with more in it."""

    def write(
        change: Callable[[dict[str, Any]], object] | None = None,
        text: bytes | None = None,
        more: str | None = None,
        weights: bytes | None = None,
    ) -> Path:
        path = tmp_path / "base.keras"
        with zipfile.ZipFile(saved) as old:
            parts = {name: old.read(name) for name in old.namelist()}
        config = json.loads(parts[CONFIG])
        if change is not None:
            change(config)
        parts[CONFIG] = json.dumps(config).encode() if text is None else text
        if weights is not None:
            parts[WEIGHTS] = weights
        if more is not None:
            parts[more] = b"more"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for name, content in parts.items():
                new.writestr(name, content)
        return path

    return write


def refusal(path: Path | str, **more: Value) -> BuildError:
    """What the check says of the file, which building without a check says too."""
    layers = (Layer(PRETRAINED, {"file": str(path), **more}), Layer("Dense", {"units": 1}))
    recipe = Recipe("xor", "mine", layers, CompileSettings())
    with not_waiting(60):
        check = check_model(recipe, PAIRS)
        with pytest.raises(BuildError) as refused:
            build_model(recipe, of_shape(PAIRS), check=False)
    assert check.errors[0] == refused.value.findings[0]
    assert "\n" not in refused.value.reason
    return refused.value


def first_layer(config: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = config["config"]["layers"][1]
    return found


def become(module: str, class_name: str, **more: Any) -> Callable[[dict[str, Any]], None]:
    """Makes the first layer one of another class."""

    def change(config: dict[str, Any]) -> None:
        first_layer(config).update(
            {"module": module, "class_name": class_name, "registered_name": None, **more}
        )

    return change


def argument(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Gives the first layer an argument."""
    return lambda config: first_layer(config)["config"].update({name: value})


def wide(config: dict[str, Any]) -> None:
    """Makes the last layer one of a billion units."""
    config["config"]["layers"][2]["config"]["units"] = 10**9


LAMBDA = {"class_name": "__lambda__", "config": {"value": "4wE="}}
FUNCTION = {
    "module": "os", "class_name": "function", "config": "system", "registered_name": "system",
}  # fmt: skip
SPEC: dict[str, Any] = {
    "class_name": "__typespec__", "spec_name": "system", "module": "os", "config": [],
    "registered_name": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (become("keras.layers", "Lambda"), 'layer "hidden" (Lambda) cannot be used: it runs code'),
        (become("keras.layers", "TFSMLayer"), "it loads a program from a file"),
        (become("os", "system"), "os.system is none of Keras's own layers"),
        (become("builtins", "Dense", registered_name="stranger>Registered"), "stranger>Registered"),
        (become("keras.layers", "Dense", registered_name="stranger>Registered"), "is none of"),
        (become("keras.src.saving", "Dense"), "keras.src.saving.Dense is none of"),
        (become("keras.utils", "get_file"), "keras.utils.get_file is none of"),
        (become("keras.layers", "Pretrained"), "keras.layers.Pretrained is none of"),
        (lambda config: first_layer(config).pop("module"), "does not say of which module"),
        (argument("activation", LAMBDA), 'layer "hidden" (Dense) cannot be used'),
        (argument("activation", FUNCTION), "(Dense) cannot be used: system is none of"),
        (argument("kernel_initializer", SPEC), "os.__typespec__ is none of"),
        (argument("vocabulary", "/etc/passwd"), 'layer "hidden" (Dense) would read a file'),
        (wide, "describes 4,000,000,009 weights and does not hold them"),
        (argument("units", "many"), "Keras cannot make the network of"),
        (argument("dtype", {"deep": [[[LAMBDA]]]}), 'layer "hidden" (Dense) cannot be used'),
        (lambda config: config.update(class_name="Own"), "holds a Own: only networks of"),
        (lambda config: config.update(config={}), "its config.json describes no network"),
    ],
)  # fmt: skip
def test_a_network_of_other_classes_is_refused(
    rewritten: Callable[..., Path], change: Callable[[dict[str, Any]], object], said: str
) -> None:
    refused = refusal(rewritten(change))
    assert refused.path == "layers.0.file"
    assert said in refused.reason


def test_a_file_that_is_none_is_refused(rewritten: Callable[..., Path], tmp_path: Path) -> None:
    def said(path: Path | str, **more: Value) -> str:
        return refusal(path, **more).reason

    assert "describes no network" in said(rewritten(text=b"[" * 100_000))
    assert "is larger than 32 MB" in said(rewritten(text=b" " * (33 << 20)))
    assert 'holds "../../.bashrc" too' in said(rewritten(more="../../.bashrc"))
    assert "would unpack to 64 MB" in said(rewritten(weights=HDF5 + bytes(64 << 20)))
    assert "its model.weights.h5 is damaged" in said(rewritten(weights=os.urandom(1 << 10)))
    with pytest.raises(UnusableFile, match=r"^the weights of .*base\.keras: "):
        network_of(Pretrained(str(rewritten(weights=HDF5 + os.urandom(1 << 10)))))

    whole = rewritten()
    assert read_saved(whole).names == ("hidden", "last")
    damaged = tmp_path / "half.keras"
    damaged.write_bytes(whole.read_bytes()[:-100])
    assert "half.keras is damaged" in said(damaged)
    assert "is not the file any more that was chosen" in said(whole, sha256="0" * 64)
    assert "has no layer hiden; did you mean hidden?" in said(whole, until="hiden")
    old = tmp_path / "base.h5"
    old.write_bytes(HDF5)
    assert "is in Keras's old format, HDF5" in said(old)
    assert "base.txt: the name of a saved network ends in .keras" in said(
        whole.rename(tmp_path / "base.txt")
    )
    assert said(whole) == f"{whole} is not there"
    assert said("base.keras").endswith("a whole path is needed, from / or ~ on")
    assert said("") != ""
    (tmp_path / "program").mkdir()
    assert said(tmp_path / "program").endswith("is a folder, not a .keras file")
    (tmp_path / "program" / "saved_model.pb").touch()
    assert "is a SavedModel of TensorFlow" in said(tmp_path / "program")
    pipe = tmp_path / "pipe.keras"
    os.mkfifo(pipe)
    assert said(pipe).endswith("is no regular file")


def test_rows_of_another_shape_are_told_with_both_and_what_to_do(tmp_path: Path) -> None:
    pictures = keras.Sequential([keras.Input((32, 48, 3)), keras.layers.Flatten()])
    pictures.save(tmp_path / "base.keras")
    assert refusal(tmp_path / "base.keras").reason == ("takes rows of (32, 48, 3) and gets (2)")
    layers = (Layer(PRETRAINED, {"file": str(tmp_path / "base.keras")}),)
    before = (Layer("Reshape", {"target_shape": (1, 2, 1)}), *layers)
    check = check_model(Recipe("xor", "mine", before, CompileSettings()), PAIRS)
    assert check.error == (
        "takes rows of (32, 48, 3) and gets (1, 2, 1): let the pictures be 32 × 48, in colour, or "
        "put a Resizing layer before it"
    )
    two = keras.Input((2,)), keras.Input((2,))
    keras.Model(two, keras.layers.Add()(two)).save(tmp_path / "two.keras")
    assert refusal(tmp_path / "two.keras").reason.endswith(
        "two.keras reads 2 inputs; a layer can give it one"
    )


def test_a_classifier_s_own_last_layers_are_left_out(tmp_path: Path) -> None:
    layers = keras.layers

    def suggested(*made: keras.layers.Layer) -> str | None:
        path = tmp_path / "base.keras"
        keras.Sequential([keras.Input((8, 8, 3)), *made]).save(path)
        return read_saved(path).without_head

    convolution = layers.Conv2D(2, 3, name="convolution")
    pooled = layers.GlobalAveragePooling2D(name="pooled")
    flat = layers.Flatten(name="flat")
    assert suggested(convolution, pooled, layers.Dropout(0.1), layers.Dense(2)) == "pooled"
    assert suggested(convolution, flat, layers.Dense(2), layers.Softmax()) == "flat"
    assert suggested(convolution, pooled, layers.Dense(4), layers.Dense(2)) == "pooled"
    assert suggested(convolution, layers.ReLU()) is None
    assert suggested(convolution, pooled) is None
    ends = (layers.Reshape((1, 1, 3)), layers.Conv2D(2, 1), layers.Flatten())
    assert suggested(pooled, *ends, layers.Activation("softmax")) == "pooled"
