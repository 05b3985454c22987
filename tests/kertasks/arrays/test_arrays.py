"""Files of arrays: looked at, loaded, written as a script; pickles and bombs refused."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.support.script_arrays import arrays_of

from kertasks.arrays.array_file import WrongArrays, opened_arrays
from kertasks.arrays.array_loading import load
from kertasks.arrays.looking_at_arrays import look
from kertasks.arrays.own_arrays import Arrays, ArrayScaling
from kertasks.data.folds.fold import Fold
from kertasks.errors import UserError
from kertasks.own_tasks.data_task import DataTask, read_data_task, write_data_task
from kertasks.registry import find_task

RANDOM = np.random.default_rng(0)
PICTURES = RANDOM.integers(0, 256, (40, 9, 8), np.uint8)
LABELS = np.arange(40) % 3
COLUMNS = RANDOM.normal(5, 2, (40, 4))


def assert_it_is_loaded_as_its_script_does(home: Path, data: Arrays) -> None:
    (home / "tasks").mkdir(parents=True, exist_ok=True)
    write_data_task(DataTask(data), home / "tasks" / "mine.toml")
    assert read_data_task(home / "tasks" / "mine.toml").data == data
    task = find_task("mine")
    assert task.script is not None
    for fold in (None, Fold(2, 3)):
        loaded = task.load(seed=2, fold=fold)
        names = arrays_of(task.script("rows"), 2, fold, task.kind)
        assert loaded.test is not None
        parts = {"train": loaded.train, "val": loaded.validation, "test": loaded.test}
        for part, split in parts.items():
            if split is not None:
                np.testing.assert_allclose(names[f"x_{part}"], split.x, atol=1e-6)
                np.testing.assert_array_equal(names[f"y_{part}"], split.y)
                assert split.x.dtype == np.float32


def test_pictures_of_keras_files_bring_their_test_rows(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "p.npz"
    np.savez_compressed(
        path, x_train=PICTURES, y_train=LABELS, x_test=PICTURES[:9], y_test=LABELS[:9]
    )
    found = look(path)
    assert found.data == Arrays(
        str(path),
        "x_train",
        (9, 8, 1),
        "y_train",
        "x_test",
        "y_test",
        classes=("0", "1", "2"),
        scaling=ArrayScaling.UNIT,
        bytes=path.stat().st_size,
        digest=found.data.digest,
        rows=40,
    )
    assert (found.class_rows, found.problems) == ((14, 13, 13), ())
    assert found.recipe
    assert_it_is_loaded_as_its_script_does(home, found.data)


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        (LABELS.astype(float) - 1, ("-1", "0", "1")),
        (np.eye(3)[LABELS], ("0", "1", "2")),
        (np.array(["b", "a", "c"])[LABELS], ("a", "b", "c")),
        (LABELS > 0, ("0", "1")),
        (COLUMNS[:, 0], ()),
    ],
)
def test_targets_are_classes_or_numbers(
    home: Path, tmp_path: Path, y: NDArray[Any], classes: tuple[str, ...]
) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, data=COLUMNS, target=y)
    found = look(path)
    assert (found.data.classes, found.data.scaling) == (classes, ArrayScaling.STANDARD)
    assert_it_is_loaded_as_its_script_does(home, found.data)


def test_the_last_column_of_a_single_array_is_its_target(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.column_stack([COLUMNS, LABELS]))
    found = look(path)
    assert (found.data.shape, found.data.y, found.data.classes) == ((4,), "", ("0", "1", "2"))
    assert_it_is_loaded_as_its_script_does(home, found.data)
    np.save(path, np.column_stack([COLUMNS, LABELS + 1]))
    with pytest.raises(UserError, match="has changed"):
        load(found.data, tmp_path, 0)


def test_pickles_bombs_and_what_is_no_file_of_arrays_say_so(tmp_path: Path) -> None:
    def refused(name: str) -> str:
        with pytest.raises(WrongArrays) as error:
            look(tmp_path / name)
        return str(error.value)

    np.save(tmp_path / "pickle.npy", np.array([{}], object), allow_pickle=True)
    np.savez(tmp_path / "pickle.npz", x=COLUMNS, y=np.array([{}] * 40, object))
    (tmp_path / "text.npz").write_text("x,y\n1,2\n")
    np.save(tmp_path / "cut.npy", COLUMNS)
    (tmp_path / "cut.npy").write_bytes((tmp_path / "cut.npy").read_bytes()[:-50])
    np.savez(tmp_path / "alone.npz", x=COLUMNS)
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 4)}"
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w") as archive:
        for name in ("x", "y"):
            start = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
            archive.writestr(f"{name}.npy", start)
    assert refused("pickle.npy") == "pickle.npy: a pickle of Python objects, which is never read"
    assert refused("pickle.npz").endswith("y is a pickle of Python objects, which is never read")
    assert "no whole .npz or .npy file" in refused("cut.npy")
    assert "text.npz: " in refused("text.npz")
    assert "no two arrays in it are features and targets: x (40, 4)" in refused("alone.npz")
    assert refused("bomb.npz") == "bomb.npz: x takes more than 64 GB"
    assert refused("nowhere.npz") == "nowhere.npz: no such file or directory"


def test_what_a_person_says_otherwise_stays(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=PICTURES, y=LABELS)
    said = msgspec.structs.replace(look(tmp_path / "a.npz").data, scaling=ArrayScaling.NONE)
    assert look(tmp_path / "a.npz", said).data == said
    assert load(said, tmp_path, 0).train.x.dtype == np.uint8


def test_what_a_person_chose_is_held_against_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "p.npz"
    words = np.array(["a", "b"] * 20)
    np.savez(path, x=COLUMNS, y=LABELS, words=words, far=COLUMNS[:9, :2], few=LABELS[:8])
    found = look(path)
    assert {one.name: one.labels for one in found.arrays} == {
        "x": (),
        "y": ("0", "1", "2"),
        "words": ("a", "b"),
        "far": (),
        "few": ("0", "1", "2"),
    }
    assert isinstance(found.data, Arrays)
    said = msgspec.structs.replace(found.data, x_test="far", y_test="few")
    assert look(path, said).problems == (
        "a row of far is of another shape than one of x",
        "few has not as many rows as far",
    )
    said = msgspec.structs.replace(found.data, x="words", y="words", shape=(1,), classes=())
    assert look(path, said).problems == (
        "words has no numbers",
        "words has no numbers to come near to",
    )


def test_several_numbers_a_row_are_neither_classes_nor_a_number(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    two = COLUMNS[:, :2]
    np.savez(path, x=COLUMNS, y=two, hot=np.eye(3)[LABELS], alone=np.array(3))
    wanted = "a row of y has the shape (2,); wanted: "
    found = look(path)
    assert (found.data.classes, found.class_rows) == ((), ())
    assert found.problems == (f"{wanted}one number",)
    said = msgspec.structs.replace(found.data, classes=("0", "1"))
    assert look(path, said).problems == (f"{wanted}a label, or zeros and a single 1",)
    with pytest.raises(WrongArrays, match="a row of y has the shape"):
        load(said, tmp_path, 0)
    said = msgspec.structs.replace(found.data, y="hot")
    assert look(path, said).problems == ("a row of hot has the shape (3,); wanted: one number",)
    with pytest.raises(WrongArrays, match="wanted: one number"):
        load(said, tmp_path, 0)
    said = msgspec.structs.replace(found.data, y="alone")
    with pytest.raises(WrongArrays, match="alone is a single value"):
        look(path, said)


def test_what_a_caller_does_with_arrays_fails_as_it_does(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=COLUMNS)
    np.save(tmp_path / "a.npy", COLUMNS)
    for name in ("a.npz", "a.npy"):
        with pytest.raises(ValueError, match="mine"), opened_arrays(tmp_path / name):
            raise ValueError("mine")
    data = (tmp_path / "a.npz").read_bytes()
    at = data.index(COLUMNS.tobytes()[:8])
    (tmp_path / "a.npz").write_bytes(data[:at] + b"~" + data[at + 1 :])
    with opened_arrays(tmp_path / "a.npz") as arrays, pytest.raises(WrongArrays, match="no whole"):
        arrays["x"]
