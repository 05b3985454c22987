"""Folders of texts become datasets: words by number, texts shown, what is no text named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.support.picture_files import write_texts

from kertasks.data.described.description import WordsSample
from kertasks.data.described.samples import decode_row
from kertasks.data.multi_hot import MultiHotRows
from kertasks.data.rows.typed_rows import RowReader
from kertasks.folders.texts import text_files
from kertasks.folders.texts.loading import load
from kertasks.folders.texts.text_folder import TextFolder
from kertasks.own_tasks.data_kinds import dataset_without_rows
from kertasks.tables.table import TextForm


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A folder with a folder of texts in it."""
    write_texts(tmp_path / "texts")
    return tmp_path


@pytest.mark.parametrize("most", [256 << 20, 100])
def test_words_come_from_training_texts_and_a_text_is_shown_and_asked(
    base: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(text_files, "_KEPT", most)  # of more, files are read again
    data = load(TextFolder("texts", ("bad", "good")), base, 0)
    assert data.test is not None
    assert (data.train.rows, data.test.rows) == (19, 5)
    assert isinstance(data.train.x, MultiHotRows)
    shown = decode_row(data, data.train, 0)
    assert isinstance(shown, WordsSample)
    assert shown.label == data.class_names[data.train.y[0]]
    reader = RowReader(data)
    found = reader.read_typed([shown.text, "a superb unheard-of film", "zzz"])
    assert np.array_equal(found.x[0], data.train.x[0])
    assert found.notes[1] == "not known, answered without: 'unheard', 'of'"
    assert found.faults[2].startswith("found no word that is known")
    # A run keeps the words: it answers texts when the folder is gone.
    kept = RowReader(dataset_without_rows(data.statistics))
    assert np.array_equal(kept.read_typed([shown.text]).x[0], found.x[0])


def test_a_sequence_is_as_long_as_asked_for_and_broken_texts_are_named(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, held in {
        "latin": "ch\xe2teau".encode("latin-1"),
        "zeros": b"a\0b",
        "blank": b" \n",
    }.items():
        (base / "texts" / "bad" / f"{name}.txt").write_bytes(held)
    folder = TextFolder(
        "texts", ("bad", "good"), text_form=TextForm.SEQUENCE, most_words=5, most_length=4
    )
    data = load(folder, base, 0)
    assert data.train.x.shape == (19, 4)
    assert data.train.x.max() == 4
    assert sorted(capsys.readouterr().err.splitlines()) == [
        "left out: bad/blank.txt: empty",
        "left out: bad/latin.txt: not in UTF-8",
        "left out: bad/zeros.txt: no text: there are zero bytes in it",
    ]
