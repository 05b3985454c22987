"""The live pane alone on a terminal, following a run's folder. Driven by ``watching``.

    python -m tests.benchmarks.watched_app FOLDER [--whole]

``--whole`` redraws whole widgets, as a reference for what comparing cells saves.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.live_app import LiveApp

from kertasks.runs.folder import RunFolder
from kertui.live.pane import LivePane
from kertui.plotting.strips import Row
from kertui.rows.rows_widget import RowsWidget


class WatchedApp(LiveApp):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(LivePane).follow(RunFolder(self._folder))


def _show_whole(self: RowsWidget, rows: list[Row]) -> None:
    self._rows = rows
    self.refresh()


if __name__ == "__main__":
    if "--whole" in sys.argv:
        RowsWidget.show_rows = _show_whole  # type: ignore[method-assign]  # for every widget of the app
    WatchedApp(Path(sys.argv[1])).run()
