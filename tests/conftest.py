"""What every test shares: a home and a cache of its own, and quiet libraries."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A machine that is busy with other things is slow, not wrong.
settings.register_profile("kertui", deadline=None)
settings.load_profile("kertui")

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

GENUINE_DATA = Path(__file__).parents[2] / "shared" / "data"
"""Genuine Keras data files beside a checkout, where there are any."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty kertui home that is also the default one."""
    folder = tmp_path / "home"
    monkeypatch.setenv("KERTUI_HOME", str(folder))
    return folder


@pytest.fixture
def genuine_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keras's cache set to the genuine data files; skips, saying so, where there are none.

    A folder of the test's own that points to them: Keras writes its settings into its home
    when it is imported, and must not write them beside the genuine files.
    """
    if not (GENUINE_DATA / "datasets" / "imdb.npz").is_file():
        pytest.skip("the genuine Keras data files are not here (shared/data beside the checkout)")
    keras_home = tmp_path / "genuine-keras"
    keras_home.mkdir()
    (keras_home / "datasets").symlink_to(GENUINE_DATA / "datasets", target_is_directory=True)
    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    return keras_home
