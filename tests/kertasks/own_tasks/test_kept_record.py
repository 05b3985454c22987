"""A run keeps how arrays and texts were understood: its script and its resuming go by that when the
task was changed since."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from tests.support.picture_files import write_texts

from kertasks.arrays.looking_at_arrays import look
from kertasks.arrays.own_arrays import ArrayScaling
from kertasks.export.trained_task import trained_task
from kertasks.folders.texts.text_folder import TextFolder
from kertasks.own_tasks.data_task import DataTask, OwnData, write_data_task
from kertasks.own_tasks.kept_statistics import (
    DataDiffers,
    data_without_rows,
    keep_statistics,
    require_same_data,
)
from kertasks.registry import find_task
from kertasks.runs.home.store import RunStore
from kertasks.tables.table import TextForm


def test_the_script_of_a_run_reads_data_as_the_run_did(home: Path, tmp_path: Path) -> None:
    (home / "tasks").mkdir(parents=True, exist_ok=True)
    np.savez(tmp_path / "a.npz", x=np.arange(160.0).reshape(40, 4), y=np.arange(40) % 2)
    write_texts(tmp_path / "texts")
    arrays = look(tmp_path / "a.npz").data
    texts = TextFolder(str(tmp_path / "texts"), ("bad", "good"), test=0.3, most_words=30)
    changes: dict[OwnData, tuple[OwnData, str]] = {
        arrays: (
            replace(arrays, scaling=ArrayScaling.NONE, test=0.5),
            "how its features are scaled and which share is held out to test changed",
        ),
        texts: (
            replace(texts, text_form=TextForm.SEQUENCE, test=0.4),
            "how its rows are split and how its texts are read changed",
        ),
    }
    for before, (after, said) in changes.items():
        run = RunStore(home).create(find_task("xor").recipe())
        write_data_task(DataTask(before), home / "tasks" / "mine.toml")
        task = find_task("mine")
        assert task.script is not None
        then = task.script("rows")
        keep_statistics(run, task.load())
        assert not trained_task(run, "mine").differs
        require_same_data(run, task.load())

        write_data_task(DataTask(after), home / "tasks" / "mine.toml")
        trained = trained_task(run, "mine")
        assert trained.differs
        assert trained.task.script is not None
        assert trained.task.script("rows") == then
        with pytest.raises(DataDiffers, match=said):
            require_same_data(run, find_task("mine").load())
    # Words are kept, the rows of arrays are numbers already.
    assert data_without_rows(run) is not None
