"""A training service whose descriptions were recorded, so that a screen is always the same."""

from __future__ import annotations

import json
from pathlib import Path

from kertasks.data.described.description import Description, from_json
from kertasks.data.sources.source import DataFileMissing
from kertasks.runs.home.store import RunStore
from kertui.service.training_service import TrainingService

RECORDED = Path(__file__).with_name("recorded")
"""What ``kertasks.data.described.describing`` gave, as JSON; ``python -m tests.support.record``."""


class RecordedService(TrainingService):
    """Everything real but ``describe``, which replays."""

    def __init__(self, home: Path) -> None:
        super().__init__(RunStore(home), home / "cache", spare=False)
        self.asked: list[tuple[str, str | None]] = []

    def describe(self, task: str, variant: str | None, seed: int = 0) -> Description:
        """The recorded description.

        Raises:
            DataFileMissing: none was recorded.
        """
        self.asked.append((task, variant))
        path = RECORDED / f"{task}.json"
        if not path.exists():
            raise DataFileMissing(path.name, "recorded", Path("/recorded"))
        return from_json(json.loads(path.read_bytes()))
