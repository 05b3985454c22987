"""What tests of the screen of data share."""

from __future__ import annotations

import pytest

from kertui.data_screen.data_screen import DataScreen
from kertui.session import OpenWorkbench


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[OpenWorkbench]:
    """The workbenches that would have opened."""
    found: list[OpenWorkbench] = []

    def keep(_: DataScreen, event: OpenWorkbench) -> None:
        event.stop()
        found.append(event)

    monkeypatch.setattr(DataScreen, "on_open_workbench", keep, raising=False)
    return found
