"""What XLA compiled is found again by another process, and by nobody else's doing."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import kertasks
from kertasks.fitting.programs import compiled_pass, xla_cache
from kertasks.fitting.programs.program_store import STORE
from kertasks.fitting.programs.xla_cache import CachedProgramRefused, kept_on_disk
from kertasks.xla_flags import MEMORY, offer_cache

pytestmark = pytest.mark.training

ENTRY = b"machine code"

SCRIPT = """
import keras, numpy as np, tensorflow as tf
import kertasks

kertasks.fit  # TensorFlow was not used before
keras.Sequential(), keras.optimizers.Adam(), keras.optimizers.Adam()
tf.function(lambda x: x + 1)(1.0)
"""

TRAINING = """
x = np.linspace(-1, 1, 60, dtype="float32").reshape(20, 3)
layers = [keras.layers.Dense(2, "tanh", name="first"), keras.layers.Dense(1, name="last")]
for layer, rows in zip(layers, (3, 2)):
    layer.kernel_initializer = keras.initializers.Constant(0.1 * rows)
model = keras.Sequential([keras.Input((3,), name="rows"), *layers])
model.compile("adam", "mse")
history = kertasks.fit(model, x, x[:, 0], batch_size=5, xla=True)
weights = b"".join(weight.tobytes() for weight in model.get_weights()).hex()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KERTUI_CACHE", str(tmp_path))
    return tmp_path / "xla"


def lay(name: str = "entry.pb") -> None:
    """What TensorFlow does where it compiled something."""
    tf.io.gfile.makedirs(MEMORY)
    with tf.io.gfile.GFile(f"{MEMORY}/{name}", "wb") as file:
        file.write(ENTRY)


def keep(program: str = "program") -> None:
    with kept_on_disk(program):
        lay()


def finds(program: str = "program") -> bool:
    with kept_on_disk(program):
        found = bool(tf.io.gfile.exists(f"{MEMORY}/entry.pb"))
    assert not tf.io.gfile.listdir(MEMORY)
    return found


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def fit_dense(units: int, **more: Any) -> tuple[list[np.ndarray[Any, Any]], bool]:
    """Weights after a training with XLA, and whether it took place with it."""
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units)])
    model.compile("sgd", "mse")
    history = kertasks.fit(model, np.eye(3), np.ones((3, units)), xla=True, **more)
    return model.get_weights(), history.params["xla"]


def test_another_process_finds_what_this_one_compiled(folder: Path) -> None:
    told: dict[str, Any] = {"keras": keras, "np": np, "kertasks": kertasks}
    exec(TRAINING, told)
    assert told["history"].params["xla"]
    before = only_file(folder).stat()
    second = subprocess.run(
        [sys.executable, "-c", SCRIPT + TRAINING + "print(weights)"],
        capture_output=True,
        text=True,
    )
    assert second.stdout.strip() == told["weights"], second.stderr
    # Taken, not made again, whatever was made and traced before; and compiled without a cache, the
    # numbers are the same.
    after = only_file(folder).stat()
    assert after.st_ino == before.st_ino
    assert after.st_mtime_ns > before.st_mtime_ns
    shutil.rmtree(folder)
    os.environ["KERTUI_XLA_CACHE"] = "0"
    try:
        exec(TRAINING, told)
    finally:
        del os.environ["KERTUI_XLA_CACHE"]
    assert second.stdout.strip() == told["weights"]
    assert not folder.exists()


def test_what_is_kept_is_private_and_found_by_its_program_only(folder: Path) -> None:
    keep()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert only_file(folder).stat().st_mode & 0o777 == 0o600
    assert finds()
    assert not finds("another")


@pytest.mark.parametrize("damage", ["empty", "shortened", "changed", "renamed"])
def test_damaged_entries_are_not_used(folder: Path, damage: str) -> None:
    keep("another")
    another = only_file(folder).read_bytes()
    shutil.rmtree(folder)
    keep()
    whole = only_file(folder).read_bytes()
    damaged = {
        "empty": b"",
        "shortened": whole[:-1],
        "changed": whole.replace(b"code", b"c0de"),
        "renamed": another,
    }
    only_file(folder).write_bytes(damaged[damage])
    assert not finds()
    keep()
    assert only_file(folder).read_bytes() == whole
    assert finds()


def test_what_others_may_write_is_not_used(folder: Path) -> None:
    keep()
    only_file(folder).chmod(0o620)
    assert not finds()
    only_file(folder).chmod(0o600)
    assert finds()
    folder.chmod(0o702)
    assert not finds()
    folder.chmod(0o700)
    folder.rename(folder.with_name("moved"))
    folder.symlink_to("moved")
    assert not finds()


def test_the_processor_and_what_tensorflow_was_told_tell_entries_apart(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep()
    for other in ("_processor", "_cores"):
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(xla_cache, other, lambda: "another")
            xla_cache._machine.cache_clear()
            assert not finds()
    xla_cache._machine.cache_clear()
    assert finds()


def test_those_not_used_for_longest_make_room(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, program in enumerate(["old", "used", "new"]):
        keep(program)
        for file in folder.iterdir():
            if file.stat().st_mtime > 1e9:
                os.utime(file, (number, number))
    unfinished = folder / ".unfinished"
    unfinished.write_bytes(bytes(1000))
    os.utime(unfinished, (0, 0))
    assert finds("used")
    size = max(file.stat().st_size for file in folder.iterdir() if file != unfinished)
    monkeypatch.setattr(xla_cache, "LIMIT", 2 * size)
    keep("newest")
    assert [finds(program) for program in ("old", "used", "new", "newest")] == [
        False,
        True,
        False,
        True,
    ]
    assert not unfinished.exists()


def test_a_disk_that_cannot_be_written_does_not_matter(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def full(path: Path) -> Iterator[Any]:
        raise OSError(errno.ENOSPC, "No space left on device")
        yield

    monkeypatch.setattr(xla_cache, "replacing", full)
    notices: list[str] = []
    _, xla = fit_dense(5, on_notice=notices.append)
    assert xla
    assert not notices
    assert not list(folder.iterdir())


def test_an_entry_that_tensorflow_refuses_is_dropped(folder: Path) -> None:
    keep()
    with pytest.raises(CachedProgramRefused), kept_on_disk("program"):
        raise ValueError("Serialized HLO does not match.")
    assert not list(folder.iterdir())
    with pytest.raises(ValueError, match="no fault of the cache"), kept_on_disk("program"):
        raise ValueError("no fault of the cache")


def test_after_a_refused_entry_xla_compiles_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = fit_dense(7)
    names: list[object] = []

    @contextmanager
    def refusing_once(*program: object) -> Iterator[None]:
        names.append(program[0])
        if len(names) == 1:
            raise CachedProgramRefused
        yield

    STORE.forget()
    monkeypatch.setattr(compiled_pass, "kept_on_disk", refusing_once)
    notices: list[str] = []
    weights, xla = fit_dense(7, on_notice=notices.append)
    assert xla
    assert not notices
    assert len(set(names)) == 2
    for ours, before in zip(weights, expected[0], strict=True):
        np.testing.assert_array_equal(ours, before)


class Times(keras.layers.Layer):  # type: ignore[misc]  # Keras carries no types
    def __init__(self, factor: float) -> None:
        super().__init__(name="times")
        self.factor = factor

    def call(self, x: Any) -> Any:
        return x * self.factor


def test_programs_that_only_differ_inside_have_names_of_their_own(folder: Path) -> None:
    x = np.ones((4, 1), dtype="float32")
    for factor in (2.0, 3.0, 2.0):
        model = keras.Sequential([keras.Input((1,), name="x"), Times(factor)], name="times_x")
        model.compile("sgd", "mse")
        STORE.forget()
        history = kertasks.fit(model, x, 0 * x, xla=True)
        assert history.params["xla"]
        assert history.history["loss"] == [factor**2]


@pytest.mark.parametrize(
    ("given", "setting", "offered"),
    [
        ("", "", True),
        ("--tf_xla_cpu_global_jit", "1", True),
        ("", "0", False),
        ("--tf_xla_persistent_cache_directory=/own", "", False),
        ("flags.txt", "", False),
    ],
)
def test_the_persons_own_flags_stay(
    monkeypatch: pytest.MonkeyPatch, given: str, setting: str, offered: bool
) -> None:
    monkeypatch.setenv("TF_XLA_FLAGS", given)
    monkeypatch.setenv("KERTUI_XLA_CACHE", setting)
    offer_cache()
    offer_cache()
    flags = os.environ["TF_XLA_FLAGS"]
    assert flags.startswith(given)
    assert flags.count(MEMORY) == int(offered)
