"""Two hosts with a cable between them: network namespaces, each held by a process."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack

import pytest

NEAR, FAR = "10.77.0.1", "10.77.0.2"
"""Addresses of the two."""


def network(ended: ExitStack, beside: int | None = None) -> int:
    """The process that holds a network of its own until the block ends.

    Args:
        ended: the block.
        beside: a process that holds another one, which this one can be connected to.

    Skips the test, saying so, where that is not allowed.
    """
    user = [] if os.geteuid() == 0 or beside is not None else ["--map-root-user"]
    where = [] if beside is None else inside(beside)
    hold = ["unshare", *user, "--net", "sh", "-c", "echo ready; exec sleep 3600"]
    return start(ended, [*where, *hold])


def lay_cable(near: int, far: int) -> None:
    """Connect the networks of two processes."""
    run_in(near, "ip", "link", "add", "near0", "type", "veth", "peer", "name", "far0")
    run_in(near, "ip", "link", "set", "far0", "netns", str(far))
    for process, device, address in ((near, "near0", NEAR), (far, "far0", FAR)):
        run_in(process, "ip", "address", "add", f"{address}/24", "dev", device)
        run_in(process, "ip", "link", "set", device, "up")


def pull_cable(near: int) -> None:
    """Nothing gets through any more, and nobody is told."""
    run_in(near, "ip", "link", "set", "near0", "down")


def put_cable_back(near: int) -> None:
    """Everything gets through again."""
    run_in(near, "ip", "link", "set", "near0", "up")


def inside(process: int) -> list[str]:
    """The beginning of a command line that runs in the network of a process."""
    user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
    return ["nsenter", "--target", str(process), *user, "--net"]


def run_in(process: int, *command: str) -> None:
    """Run a command in the network of a process."""
    subprocess.run([*inside(process), *command], check=True, capture_output=True)


def start(
    ended: ExitStack, command: Sequence[str], environment: dict[str, str] | None = None
) -> int:
    """Start what says that it is ready, and ends with the block."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    ended.callback(process.wait)
    ended.callback(process.kill)
    assert process.stdout is not None
    assert process.stderr is not None
    ended.callback(process.stdout.close)
    ended.callback(process.stderr.close)
    if process.stdout.readline() != "ready\n":
        said = process.stderr.read()
        if "unshare failed" in said or "Operation not permitted" in said:
            pytest.skip(f"namespaces are not allowed here: {said}")
        pytest.fail(said)
    return process.pid
