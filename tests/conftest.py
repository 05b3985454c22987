"""What every test shares: a home and a cache of its own, and quiet libraries."""

from __future__ import annotations

import fcntl
import functools
import gc
import inspect
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from tests.support.own_tasks import OwnTasks
from tests.support.trainers import kill_trainers

from kertasks.keras_catalog.catalog import Catalog
from kertasks.keras_import import import_keras
from kertasks.runs.home.store import RunStore
from kertasks.xla_flags import offer_cache

# A machine that is busy with other things is slow, not wrong.
settings.register_profile("kertui", deadline=None)
settings.load_profile("kertui")

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
# Of no test: without these, the tasks of whoever runs the tests would be among those tested.
os.environ["KERTUI_HOME"] = str(Path(tempfile.gettempdir()) / "kertui-tests-have-no-home")
os.environ["KERTUI_CONFIG"] = str(Path(tempfile.gettempdir()) / "kertui-tests-have-no-config")
os.environ.pop("KERTUI_TASKS", None)
offer_cache()  # before any test uses TensorFlow
# Keras and a screen are a million objects that stay. To search them for garbage at every 700 new
# ones takes two fifths of the time of a screen's test.
gc.set_threshold(50_000)

TESTS = Path(__file__).parent
WITH_KERAS = (
    "kertasks/data",
    "kertasks/export",
    "kertasks/fitting",
    "kertasks/keras_catalog",
    "kertasks/models",
    "kertasks/pretrained",
    "kertasks/processes",
    "kertasks/scores",
    "kertasks/trainer",
    "kertasks/views",
    "kertui/cli",
    "kertui/service",
)
"""Folders whose tests train, ask Keras or start processes."""

FIRST_TO_IMPORT_KERAS = ("kertasks/advice", *WITH_KERAS)
"""Folders whose modules import Keras: some tests of advice are pure and lie beside those."""

NEEDS_MORE = {"catalog", "genuine_data", "service", "snap_compare", "trainer_home"}
"""Fixtures that ask Keras, or draw the running interface."""

PURE_NEVER = {"training", "terminal"}
"""Marks of tests that take seconds each."""

GENUINE_DATA = Path(__file__).parents[2] / "shared" / "data"
"""Genuine Keras data files beside a checkout, where there are any."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty kertui home that is also the default one."""
    folder = tmp_path / "home"
    monkeypatch.setenv("KERTUI_HOME", str(folder))
    return folder


@pytest.fixture
def own_tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnTasks]:
    """Adds tasks that are there until the test is over."""
    tasks = OwnTasks(tmp_path, monkeypatch)
    yield tasks
    tasks.forget()


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


@pytest.fixture(scope="session", autouse=True)
def _signals_of_a_terminal() -> Iterator[None]:
    """Processes that tests start hear the signals of a terminal, as under a person's shell.

    Under ``nohup``, or behind ``&`` in a script, this process ignores some, and what it starts
    would too. A function in their place is ignored just so here, but no process inherits it.
    """
    ignored = [
        number
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
        if signal.getsignal(number) is signal.SIG_IGN
    ]
    for number in ignored:
        signal.signal(number, lambda *_: None)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """A training in this process hears signals as a trainer does, until the test is over."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that all tests share, those of xdist's other workers too: Keras's layers are
    read once, and what XLA compiled is found again."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def catalog(cache: Path) -> Catalog:
    """The catalog of the installed Keras, read into the shared cache by the first worker that needs
    it: it takes ten seconds."""
    from kertui.service.training_service import TrainingService

    service = TrainingService(RunStore(cache / "no runs"), cache, spare=False)
    with (cache / "catalog.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return service.catalog()


@pytest.fixture(scope="session", autouse=True)
def _cache_of_all(cache: Path) -> Iterator[None]:
    """What tests compile, here and in processes of their own, is kept there, not in the user's."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KERTUI_CACHE", str(cache))
        yield


@pytest.fixture
def trainer_home(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home, for this process and those it starts; its trainers end with the test."""
    home = tmp_path / "home"
    monkeypatch.setenv("KERTUI_HOME", str(home))
    monkeypatch.setenv("KERTUI_CACHE", str(cache))
    yield home
    kill_trainers(home)


def pytest_sessionfinish() -> None:
    """End with one search for garbage: pytest makes five, of a second and more each."""
    gc.collect()
    gc.freeze()


def pytest_collect_file(file_path: Path) -> None:
    """Before the first of the tests that need it, import Keras as kertui's processes do."""
    if _is_in(file_path.parent, FIRST_TO_IMPORT_KERAS):
        import_keras()


def pytest_collection_finish() -> None:
    """What was collected stays to the end: it is never searched for garbage."""
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as ``pure`` what needs neither Keras, nor a process, nor the running interface."""
    for item in items:
        heavy = (
            inspect.iscoroutinefunction(getattr(item, "function", None))
            or not NEEDS_MORE.isdisjoint(getattr(item, "fixturenames", ()))
            or not PURE_NEVER.isdisjoint(mark.name for mark in item.iter_markers())
            or _is_in(item.path.parent, WITH_KERAS)
        )
        if not heavy:
            item.add_marker(pytest.mark.pure)


@functools.cache
def _is_in(folder: Path, folders: tuple[str, ...]) -> bool:
    return any(folder.is_relative_to(TESTS / one) for one in folders)
