"""A run whose trainer is played by the test: it reads the commands and writes the events."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time

from kertasks.registry import find_task
from kertasks.runs.event_file.events import Compiling, Control, Epoch, Event, Started, format_event
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.signs.process import boot_id, process_start_time
from kertasks.runs.steering.control_file import read_commands


class SteeredRun:
    """A run in a store, with a process that only waits in its trainer's place."""

    def __init__(self, store: RunStore) -> None:
        self.folder: RunFolder = store.create(find_task("xor").recipe())
        self.process = self.take_over()

    def take_over(self) -> subprocess.Popen[bytes]:
        """Another process is its trainer now."""
        with self.folder.events_path.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # the process's own from its start
            process = subprocess.Popen(
                [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[file.fileno()]
            )
        manifest = {
            "schema": 1, "id": self.folder.id, "task": "xor", "recipe": "answer", "seed": 0,
            "created": time.time(), "versions": {}, "device": "CPU",
            "host": os.uname().nodename, "pid": process.pid,
            "process_started": process_start_time(process.pid), "boot": boot_id(),
        }  # fmt: skip
        self.folder.manifest_path.write_text(json.dumps(manifest))
        self.process = process
        return process

    def tell(self, *events: Event) -> None:
        """Write events as the trainer does."""
        with self.folder.events_path.open("a") as file:
            file.writelines(map(format_event, events))

    def begin(self, epochs: int = 3, planned: int = 10) -> None:
        """Write the start and some epochs."""
        now = time.time() - epochs
        self.tell(Started(now, planned, 4, 33, "CPU"), Compiling(now, 0.1))
        self.train(1, epochs)

    def train(self, first: int, last: int, learning_rate: float = 0.001) -> None:
        """Write epochs, both ends included."""
        now = time.time()
        for number in range(first, last + 1):
            metrics = {"loss": 1.0 / number, "accuracy": 0.5}
            self.tell(Epoch(now - last + number, number, metrics, learning_rate, 1.0))

    def asked(self) -> list[tuple[str, float | None]]:
        """The commands so far."""
        commands = read_commands(self.folder.control_path)
        return [(command.name, command.value) for command in commands]

    def answer(self, *and_then: Event, refused: str | None = None) -> None:
        """Answer the last command, and write what comes of it."""
        command = read_commands(self.folder.control_path)[-1]
        self.tell(Control(time.time(), command.number, command.name, refused), *and_then)

    def end(self) -> None:
        """Let the process go."""
        self.process.kill()
        self.process.communicate()
