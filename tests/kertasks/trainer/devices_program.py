"""Trains a run twice: on one device, and shared between two, of which it makes the processor two.

Run by ``test_devices.py``: TensorFlow lets a process choose its devices before it uses any.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TypeVar

import tensorflow as tf
from msgspec.structs import replace

from kertasks.recipes.changes import with_changes
from kertasks.registry import find_task
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Epoch, Failed, Finished, Notice
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.process.claiming import claim
from kertasks.trainer.run import train

_Event = TypeVar("_Event")

_CHANGES = [
    "fit.epochs=3",
    "fit.keep=0",
    "fit.batch_size=64",  # the last of the batches has 33 rows: 17 and 16
    "layers.0.kernel_regularizer=l2",
]

_REFUSED = [
    ("all", "compile.optimizer.use_ema=true"),
    ("all", "compile.optimizer.gradient_accumulation_steps=2"),
    ("all", "layers.1+=BatchNormalization"),
    ("all", "fit.batch_size=1"),
    ("0,2", "fit.epochs=1"),
]


def main() -> None:
    """Print what came of it, as JSON."""
    (processor,) = tf.config.list_physical_devices("CPU")
    half = tf.config.LogicalDeviceConfiguration()
    tf.config.set_logical_device_configuration(processor, [half, half])
    store = RunStore(Path(sys.argv[1]))
    one, two = _trained(store, None), _trained(store, "all")
    # What two have begun, two go on with; where they are not there, one does.
    for run in (one, two):
        assert train(claim(run.path, resumes=True, epochs=5), DatasetCache(), "CPU")
    resumed_on = two.manifest().device
    two.write_manifest(replace(two.manifest(), devices="0,5"))
    for run in (one, two):
        assert train(claim(run.path, resumes=True, epochs=6), DatasetCache(), "CPU")
    refused = [_told(_trained(store, devices, change), Failed) for devices, change in _REFUSED]
    said = {
        "one": _numbers(one),
        "two": _numbers(two),
        "resumed on": resumed_on,
        "refused": [failed.reason for (failed,) in refused],
        "notices": [notice.text for notice in _told(two, Notice)],
    }
    print(json.dumps(said))


def _trained(store: RunStore, devices: str | None, *changes: str) -> RunFolder:
    recipe = with_changes(find_task("diabetes").recipes["small"], [*_CHANGES, *changes])
    run = store.create(recipe)
    train(claim(run.path, devices=devices), DatasetCache(), "CPU")
    return run


def _told(run: RunFolder, kind: type[_Event]) -> list[_Event]:
    events = EventReader(run.events_path).read_all()
    return [event for event in events if isinstance(event, kind)]


def _numbers(run: RunFolder) -> list[float]:
    numbers = [value for epoch in _told(run, Epoch) for value in epoch.metrics.values()]
    for ended in _told(run, Finished):
        numbers += (ended.test or {}).values()
    return numbers


if __name__ == "__main__":
    main()
