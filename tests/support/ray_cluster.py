"""A Ray cluster of two machines with a cable between them, each with one slot for a trainer."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from tests.support.cabled_hosts import (
    FAR,
    NEAR,
    inside,
    lay_cable,
    network,
    pull_cable,
    run_in,
)
from tests.support.waiting import wait_until

from kertasks.groups.folder import GroupFolder
from kertasks.groups.ray.cluster import SETTINGS

_PORT = 6379


class RayCluster:
    """The machine here is its first, where groups have their runner; the other is called ``far``.

    Args:
        near: the process that holds the network of the first machine.
        far: that of the other one.
        folder: for what Ray writes.
    """

    address = f"{NEAR}:{_PORT}"

    def __init__(self, near: int, far: int, folder: Path) -> None:
        self._near, self._far = near, far
        self._folder = folder
        self._environment: Mapping[str, str] = {
            **os.environ,
            **SETTINGS,
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
        }
        self._started: list[psutil.Process] = []

    def start_near(self) -> None:
        """Start Ray on the first machine."""
        first = ["--head", f"--port={_PORT}", f"--node-ip-address={NEAR}"]
        first += [f"--temp-dir={self._folder}", "--include-dashboard=false"]
        self._start(inside(self._near), first)

    def start_far(self) -> None:
        """Start Ray on the other machine, which joins the first."""
        named = ["unshare", "--uts", "sh", "-c", 'hostname far; exec "$@"', "sh"]
        joins = [f"--address={self.address}", f"--node-ip-address={FAR}"]
        self._start([*inside(self._far), *named], joins)

    def kill_far(self) -> list[psutil.Process]:
        """Kill Ray's own process on the other machine at once; returns what ran under it."""
        raylet = next(p for p in self.processes() if p.name() == "raylet" and FAR in _words(p))
        under = raylet.children(recursive=True)
        raylet.kill()
        return under

    def kill_helper(self) -> None:
        """Kill the process on the other machine that helps with a training."""
        raylet = next(p for p in self.processes() if p.name() == "raylet" and FAR in _words(p))
        found = [p for p in raylet.children(recursive=True) if "Helper" in _words(p)]
        assert found, [_words(p) for p in raylet.children(recursive=True)]
        for process in found:
            process.kill()

    def pull_the_cable(self) -> None:
        """Nothing gets through between the machines any more, and nobody is told."""
        pull_cable(self._near)

    def runner(self, group: GroupFolder) -> subprocess.Popen[bytes]:
        """Start the process that works for a group, on the first machine."""
        return self.start("kertasks.groups", str(group.path), log_path=group.log_path)

    def start(self, module: str, *arguments: str, log_path: Path) -> subprocess.Popen[bytes]:
        """Run a module of Python on the first machine; what it prints is added to a file."""
        command = [sys.executable, "-P", "-m", module, *arguments]
        with log_path.open("ab") as log:
            return subprocess.Popen(
                [*inside(self._near), *command],
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
            )

    def processes(self) -> list[psutil.Process]:
        """All of Ray's on both machines, and what they started."""
        found = []
        for process in self._started:
            with suppress(psutil.NoSuchProcess):
                found += [process, *process.children(recursive=True)]
        return found

    def end(self) -> None:
        """End all of them."""
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def _start(self, where: list[str], options: list[str]) -> None:
        # It stays, so that what it starts is known to be the test's.
        ray = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block"]
        fixed = ["--num-cpus=1", "--object-store-memory=100000000"]
        said = self._folder / f"start-{len(self._started)}.log"
        with said.open("wb") as log:
            started = subprocess.Popen(
                [*where, *ray, *fixed, *options], stdout=log, stderr=log, env=self._environment
            )
        self._started.append(psutil.Process(started.pid))
        wait_until(
            lambda: started.poll() is not None or b"Ray runtime started" in said.read_bytes()
        )
        assert started.poll() is None, said.read_text()


@contextmanager
def ray_cluster() -> Iterator[RayCluster]:
    """A cluster, until the block is left.

    Skips the test, saying so, where namespaces are not allowed.
    """
    for tool in ("ip", "unshare", "nsenter"):
        if shutil.which(tool) is None:
            pytest.skip(f"other machines need {tool}, which is not here")
    with ExitStack() as ended:
        near = network(ended)
        far = network(ended, beside=near)
        lay_cable(near, far)
        for process in (near, far):
            run_in(process, "ip", "link", "set", "lo", "up")
        # Not in pytest's own: the path of a socket has a hundred characters at most.
        folder = Path(tempfile.mkdtemp(prefix="ray-"))
        ended.callback(shutil.rmtree, folder, ignore_errors=True)
        cluster = RayCluster(near, far, folder)
        ended.callback(cluster.end)
        cluster.start_near()
        cluster.start_far()
        yield cluster


def _words(process: psutil.Process) -> str:
    return " ".join(process.cmdline())
