"""Seconds an epoch takes that two machines share, and that one trains alone.

    python -m tests.benchmarks.shared_hosts

The machines are two networks of this one, each with a processor of its own. With the benchmark's
settings a small network has some dozens of weights; of the large ones one computes much (two
convolutions of 128 filters, batches of 512 pictures), one has much to send (300,000 weights), one
both (8.5 million weights, a batch of all rows).
"""

from __future__ import annotations

import os
import statistics
import tempfile
from pathlib import Path

from tests.support.cabled_hosts import FAR
from tests.support.cluster_group import told
from tests.support.ray_cluster import RayCluster, ray_cluster
from tests.support.waiting import wait_until

from kertasks.runs.event_file.events import Epoch, Failed
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.steering.sending import kill

_NETWORKS = {
    "small": ("diabetes", "small", 40, ["fit.batch_size=64"]),
    "convolutions": (
        "digits",
        "convolutions",
        5,
        ["fit.batch_size=512", "layers.0.filters=128", "layers.1.filters=128"],
    ),
    "wide": ("digits", "dense", 5, ["fit.batch_size=1024", "layers.1.units=4096"]),
    "deep": (
        "digits",
        "dense",
        5,
        [
            "fit.validation_split=0",
            "fit.batch_size=1437",
            "layers.1.units=2048",
            'layers.2+={class="Dense",units=2048,activation="relu"}',
            'layers.2+={class="Dense",units=2048,activation="relu"}',
        ],
    ),
}


def main() -> None:
    """Print the figures, a line each."""
    os.sched_setaffinity(0, {0})
    os.environ["RAY_worker_niceness"] = "10"  # noqa: SIM112 - Ray's name; that of the trainer
    home = Path(tempfile.mkdtemp(prefix="shared-")) / "home"
    os.environ["KERTUI_HOME"] = str(home)
    with ray_cluster() as cluster:
        for process in cluster.processes():
            words = " ".join(process.cmdline())
            process.cpu_affinity([1 if FAR in words else 0])
        for name, (task, recipe, epochs, changes) in _NETWORKS.items():
            for hosts in (None, 2):
                run = _begun(cluster, home, (task, recipe), changes, hosts)
                seconds = _seconds(run, epochs)
                print(f"{name:14} {hosts or 1} {seconds:8.4f} s", flush=True)


def _seconds(run: RunFolder, epochs: int) -> float:
    """What an epoch takes, but the first."""
    wait_until(lambda: len(told(run, Epoch)) > epochs or bool(told(run, Failed)), 600.0)
    assert not told(run, Failed), told(run, Failed)[0].reason
    kill(run)
    return statistics.median(event.seconds for event in told(run, Epoch)[1:])


def _begun(
    cluster: RayCluster,
    home: Path,
    what: tuple[str, str],
    changes: list[str],
    hosts: int | None,
) -> RunFolder:
    place = ["--hosts", str(hosts), "--on", f"ray:{cluster.address}"] if hosts else []
    words = [word for change in changes for word in ("--set", change)]
    log = home.parent / "begun.log"
    task, recipe = what
    command = [
        "train",
        task,
        "--recipe",
        recipe,
        *place,
        *words,
        "--epochs",
        "10000",
        "--keep",
        "0",
        "--detach",
    ]
    said = cluster.start("kertui", *command, log_path=log)
    assert said.wait() == 0, log.read_text()
    return RunStore(home).find(log.read_text().split()[-1])


if __name__ == "__main__":
    main()
