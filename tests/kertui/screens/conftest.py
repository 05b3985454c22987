"""Fixtures of the screens' tests: no network, no clock, no host of its own name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.kertui.screens.recorded_service import RecordedService


@pytest.fixture
def service(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    catalog_in: Callable[[Path], None],
) -> Iterator[RecordedService]:
    """A service of an empty home; the data files are nowhere."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr("kertui.machine.describe_machine", lambda: ["gpu-box", "2 × NVIDIA H100"])
    catalog_in(home / "cache")
    replayed = RecordedService(home)
    yield replayed
    replayed.close()
