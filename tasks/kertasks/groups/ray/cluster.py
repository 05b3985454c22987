"""Which Ray cluster a group's runner uses: one that this machine is a part of, or one of this
machine alone, which is reached from nowhere else and ends with the runner.

Ray is code execution by design: whoever reaches a cluster without authentication, or has its token,
runs programs on every machine of it. What is started here is bound to loopback and has a token that
nobody else knows.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import tempfile
from pathlib import Path
from types import ModuleType

from kertasks.errors import UserError
from kertasks.held_folders import make_held
from kertasks.text.error_text import described

SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_grpc_client_keepalive_time_ms": "5000",
    "RAY_grpc_client_keepalive_timeout_ms": "5000",
    "RAY_health_check_period_ms": "2000",
    "RAY_health_check_timeout_ms": "3000",
    "RAY_health_check_failure_threshold": "3",
}
"""What every process of a cluster is to have in its environment, and the runner has: with Ray's own
settings a cable that was pulled is noticed after seven minutes. Nothing is told of its use."""

_ALONE = {
    "RAY_AUTH_MODE": "token",
    # Its name says less than it does: the sockets of a cluster that is started are bound to
    # loopback, on Linux too.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
}

_ADDRESS = "RAY_ADDRESS"

_CONNECTS = 5.0
"""Seconds in which the first machine of a cluster is to answer."""

_STORE_BYTES = 200_000_000
"""Of memory in which a cluster of this machine alone passes files on."""


NEEDS_RAY = "--on ray needs Ray, which is not installed: pip install 'kertui[cluster]'"


class ClusterNotJoined(UserError):
    """There is no cluster to train on; the text says why."""


class Cluster:
    """The cluster that this process is connected to.

    Args:
        address: ``HOST:PORT`` of its first machine; None for the one that runs on this machine,
            and for one of its own where none does.

    Raises:
        ClusterNotJoined: there is none, or this machine is no part of it.
    """

    def __init__(self, address: str | None = None) -> None:
        os.environ.update({name: os.environ.get(name, said) for name, said in SETTINGS.items()})
        address = address or _running()
        self._own: Path | None = None
        if address is None:
            os.environ.update(_ALONE, RAY_AUTH_TOKEN=secrets.token_hex(32))
        self.ray = _imported()
        try:
            if address is None:
                # Not in the cache: the path of a socket has a hundred characters at most.
                self._own, _ = make_held(Path(tempfile.gettempdir()), "kertui-ray-")
                self._start(self._own)
            else:
                self._join(address)
        except ClusterNotJoined:
            raise
        except Exception as error:  # whatever Ray makes of it: it has no class for all of them
            where = "a cluster cannot be started on this machine"
            if address is not None:
                where = f"the cluster {address} cannot be joined"
            raise ClusterNotJoined(f"{where}: {_first_line(error)}") from error

    def _start(self, folder: Path) -> None:
        self.ray.init(
            address="local",
            include_dashboard=False,
            log_to_driver=False,
            logging_level="ERROR",
            object_store_memory=_STORE_BYTES,
            _temp_dir=str(folder / "ray"),
        )

    def _join(self, address: str) -> None:
        host, port = _parts(address)
        try:
            with socket.create_connection((host, port), _CONNECTS):
                pass
        except OSError as error:
            why = error.strerror or described(error)
            raise ClusterNotJoined(f"nothing answers at {address}: {why}") from error
        self.ray.init(
            address=address,
            log_to_driver=False,
            logging_level="ERROR",
            _node_ip_address=_own_address(host, port),
        )

    def close(self) -> None:
        """Leave it; end the one that was started."""
        self.ray.shutdown()
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)


def _running() -> str | None:
    """The address of the cluster that runs on this machine, as ``ray start`` leaves it; None where
    none answers.

    Raises:
        ClusterNotJoined: the environment names something else as one.
    """
    said = os.environ.get(_ADDRESS)
    if said and said not in ("auto", "local"):
        _parts(said)
        return said
    with contextlib.suppress(OSError, ClusterNotJoined):
        temporary = os.environ.get("RAY_TMPDIR") or os.environ.get("TMPDIR") or "/tmp"  # noqa: S108
        address = (Path(temporary) / "ray" / "ray_current_cluster").read_text().strip()
        with socket.create_connection(_parts(address), _CONNECTS):
            return address
    return None


def _parts(address: str) -> tuple[str, int]:
    """Host and port.

    Raises:
        ClusterNotJoined: it is no ``HOST:PORT``.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or "/" in host:
        raise ClusterNotJoined(f"{address!r} is no address of a cluster: HOST:PORT is allowed")
    return host.strip("[]"), int(port)


def _own_address(host: str, port: int) -> str:
    """The address of this machine on the way to another one, which it is a node by."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as way:
        way.connect((host, port))  # nothing is sent
        return str(way.getsockname()[0])


def _imported() -> ModuleType:
    try:
        import ray
    except ImportError as error:
        raise ClusterNotJoined(NEEDS_RAY) from error
    found: ModuleType = ray
    return found


def _first_line(error: Exception) -> str:
    return described(error).strip().splitlines()[0]
