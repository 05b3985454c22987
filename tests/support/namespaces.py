"""Processes that see another host, another container or another clock than the test."""

from __future__ import annotations

import importlib.util
import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

HOST = ("--uts",)
"""A host of another name, on this kernel."""

CONTAINER = ("--pid", "--fork", "--mount-proc", "--kill-child")
"""A container: processes have numbers of their own, and the host's name may be the same."""


def in_namespaces(
    namespaces: Sequence[str],
    command: Sequence[str],
    *,
    hostname: str = "",
    boot: Path | None = None,
) -> list[str]:
    """The command line that runs a command in namespaces of its own.

    Args:
        namespaces: options of ``unshare``.
        command: what to run.
        hostname: the name of its host; needs ``HOST``.
        boot: a file with the id of another boot, as of another machine.

    Skips the test, saying so, where that is not allowed.
    """
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    mount = ["--mount"] if boot is not None else []
    start = ["unshare", *user, *mount, *namespaces]
    try:
        allowed = subprocess.run([*start, "true"], capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("another host needs unshare, which is not here")
    if allowed.returncode:
        pytest.skip(f"namespaces are not allowed here: {allowed.stderr}")
    script = f"hostname {hostname}; " if hostname else ""
    if boot is not None:
        script += f"mount --bind {shlex.quote(str(boot))} /proc/sys/kernel/random/boot_id; "
    return [*start, "sh", "-ec", f"{script}exec {shlex.join(command)}"]


def with_clock(offset: str) -> Mapping[str, str]:
    """The environment of a process whose clock is off, for example by ``"+1d"``; that of this one
    where it is off by nothing.

    Skips the test, saying so, where libfaketime is not installed.
    """
    if not offset:
        return os.environ
    found = importlib.util.find_spec("libfaketime")
    if found is None or found.origin is None:
        pytest.skip("another clock needs libfaketime (of the extra test), which is not installed")
    library = Path(found.origin).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"
    if not _is_loaded(library):
        pytest.skip(f"{library} is of another system and cannot be loaded")
    return {
        **os.environ,
        "LD_PRELOAD": str(library),
        "FAKETIME": offset,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # which no clock's setting changes
    }


@cache
def _is_loaded(library: Path) -> bool:
    """Whether a library is loaded into other programs; the loader says why not and goes on."""
    environment = {**os.environ, "LD_PRELOAD": str(library)}
    done = subprocess.run(["true"], capture_output=True, env=environment)
    return not done.stderr
