"""Fixtures of the interface's tests: no network, no clock, no host of its own name."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.recorded_service import RecordedService

from kertasks.data.sources.download import DownloadProgress
from kertasks.data.sources.source import DownloadCancelled
from kertasks.keras_catalog.catalog import Catalog


@pytest.fixture
def catalog_in(cache: Path, catalog: Catalog) -> Callable[[Path], None]:
    """Gives a cache folder of its own Keras's layers: no screen starts a process to read them,
    which the end of its app would wait for."""

    def copy(folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for file in cache.glob("catalog-*.json"):
            shutil.copy(file, folder)

    return copy


@pytest.fixture
def service(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    catalog_in: Callable[[Path], None],
) -> Iterator[RecordedService]:
    """A service of an empty home; the data files are nowhere."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(
        "kertui.terminal.machine.describe_machine", lambda: ["gpu-box", "2 × NVIDIA H100"]
    )
    catalog_in(home / "cache")
    replayed = RecordedService(home)
    yield replayed
    replayed.close()


@pytest.fixture
def _download_under_way(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A download that stands at a quarter until the test is over."""
    over = threading.Event()

    def download(name: str, on_progress: Callable[[DownloadProgress], None], _: object) -> None:
        on_progress(DownloadProgress(name, 4_000_000, 17_500_000, 2.0))
        over.wait()
        raise DownloadCancelled(name)

    monkeypatch.setattr("kertasks.data.sources.data_files.download", download)
    yield
    over.set()
