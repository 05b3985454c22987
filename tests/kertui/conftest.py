"""Fixtures of the tests that start trainer processes."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.kertui.trainers import kill_trainers

from kertasks.layers.catalog import Catalog
from kertui.training.service import TrainingService
from kertui.training.store import RunStore


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """A training in this process hears signals as a trainer does, until the test is over."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that all tests share, so that Keras's layers are read once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def trainer_home(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home, for this process and those it starts; its trainers end with the test."""
    home = tmp_path / "home"
    monkeypatch.setenv("KERTUI_HOME", str(home))
    monkeypatch.setenv("KERTUI_CACHE", str(cache))
    yield home
    kill_trainers(home)


@pytest.fixture(scope="session")
def catalog(cache: Path) -> Catalog:
    """The catalog of the installed Keras, read once into the shared cache."""
    service = TrainingService(RunStore(cache / "no runs"), cache, spare=False)
    return service.catalog()


@pytest.fixture
def catalog_in(cache: Path, catalog: Catalog) -> Callable[[Path], None]:
    """Gives a cache folder of its own Keras's layers: no screen starts a process to read them,
    which the end of its app would wait for."""

    def copy(folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for file in cache.glob("catalog-*.json"):
            shutil.copy(file, folder)

    return copy
