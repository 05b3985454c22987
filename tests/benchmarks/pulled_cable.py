"""Seconds until a machine of a Ray cluster is given up whose cable was pulled, and whether its run
ends once all the same, with the numbers of one that nothing happened to."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from tests.support.cluster_group import ClusterGroup, numbers, told
from tests.support.ray_cluster import ray_cluster
from tests.support.waiting import wait_until

from kertasks.recipes.changes import with_changes
from kertasks.registry import find_task
from kertasks.runs.event_file.events import Resuming

_EPOCHS = 20_000


def main() -> None:
    """Pull it, and tell."""
    folder = Path(tempfile.mkdtemp(prefix="kertui-cable-"))
    os.environ["KERTUI_CACHE"] = str(folder / "cache")
    recipe = with_changes(
        find_task("diabetes").recipes["small"],
        [f"fit.epochs={_EPOCHS}", "fit.keep=0", "layers.0.units=8"],
    )
    with ray_cluster() as cluster:
        group = ClusterGroup(cluster, folder / "home", recipe)
        try:
            lost = group.wait_until_both_train()
            cluster.pull_the_cable()
            pulled = time.monotonic()
            wait_until(lambda: "far is gone" in group.said, 900.0)
            print(f"given up after {time.monotonic() - pulled:.1f} s")
            wait_until(lambda: told(lost, Resuming), 900.0)
            print(f"gone on with after {time.monotonic() - pulled:.1f} s")
            group.finish()
            print(f"both runs ended, once each, after {time.monotonic() - pulled:.1f} s")
        finally:
            group.kill_runner()
    alone = group.trained_alone(lost, folder / "alone")
    print("the same numbers" if numbers(alone) == numbers(lost) else "OTHER NUMBERS")


if __name__ == "__main__":
    main()
