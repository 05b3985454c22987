"""How long it takes to read a long log, and in how much memory.

``python -m tests.benchmarks.following_logs [FOLDER]``: a CSVLogger file of 200,000 epochs, attached
and attached again, and a TensorBoard folder of 100 MB (100,000 epochs of five numbers, and 64 MB
of records as large as pictures), read here and by TensorBoard's own loader; each in a process of
its own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.event_files import NOON, EventFileWriter

EPOCHS = 200_000
TENSORBOARD_EPOCHS = 100_000

_REPORT = """
import resource, time
print(f"{time.process_time():.1f} s of the processor,",
      f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB")
"""

_FOLLOW = """
import sys
from pathlib import Path
from kertasks.following.file_follower import FileFollower
from kertasks.following.logged_path import source_at
from kertasks.runs.home.store import RunStore
FileFollower(source_at(Path(sys.argv[1])), RunStore(Path(sys.argv[2]))).close()
"""

_TENSORBOARD = """
import sys
from pathlib import Path
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
for path in Path(sys.argv[1]).rglob("events*"):
    for event in EventFileLoader(str(path)).Load():
        pass
"""


def main() -> None:
    """Write the logs and print what each reading takes."""
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if sys.argv[1:] else None) as made:
        folder = Path(made)
        _write_csv(folder / "log.csv")
        _write_events(folder / "logs")
        for title, code, name in (
            ("CSVLogger, attached", _FOLLOW, "log.csv"),
            ("CSVLogger, attached again", _FOLLOW, "log.csv"),
            ("TensorBoard folder, attached", _FOLLOW, "logs"),
            ("TensorBoard's own loader, without putting epochs together", _TENSORBOARD, "logs"),
        ):
            command = [
                sys.executable,
                "-c",
                code + _REPORT,
                *map(str, (folder / name, folder / "home")),
            ]
            said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
            print(f"{title}: {said.strip()}", flush=True)


def _write_csv(path: Path) -> None:
    with path.open("w") as file:
        file.write("epoch,accuracy,loss,val_accuracy,val_loss\r\n")
        for n in range(EPOCHS):
            row = (n, 1 - 1 / (n + 2), 1 / (n + 1), 1 - 1 / (n + 1.5), 1.2 / (n + 1))
            file.write(",".join(map(repr, row)) + "\r\n")


def _write_events(path: Path) -> None:
    train, validation = (EventFileWriter(path / name) for name in ("train", "validation"))
    for _ in range(64):
        train.large(1 << 20)
    for n in range(TENSORBOARD_EPOCHS):
        for tag in ("epoch_loss", "epoch_accuracy", "epoch_learning_rate"):
            train.tensor(tag, 1 / (n + 1), n, NOON + n)
        for tag in ("epoch_loss", "epoch_accuracy"):
            validation.tensor(tag, 1 / (n + 1), n, NOON + n)


if __name__ == "__main__":
    main()
