"""Another host, reached by the system's ssh: a network, a name and processes of its own.

Two network namespaces with a cable between them: in one runs ssh, in the other its server.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncssh
import pytest

_NEAR, _FAR = "10.77.0.1", "10.77.0.2"
_SERVER = Path(__file__).with_name("ssh_server.py")


class FarHost:
    """A host that ssh calls ``gpu1``.

    Args:
        near: the process that holds the namespace of whoever calls it.
        home: of the user there, who keeps runs in ``runs`` in it.
        ssh: what to set ``KERTUI_SSH`` to.
    """

    def __init__(self, near: int, home: Path, ssh: str) -> None:
        self._near = near
        self.home = home
        self.runs = home / "kertui"
        self.ssh = ssh

    def pull_the_cable(self) -> None:
        """Nothing gets through any more, and nobody is told."""
        _run(self._near, "ip", "link", "set", "near0", "down")

    def put_the_cable_back(self) -> None:
        """Everything gets through again."""
        _run(self._near, "ip", "link", "set", "near0", "up")


@contextmanager
def far_host(folder: Path, cache: Path) -> Iterator[FarHost]:
    """Another host, until the block is left.

    Args:
        folder: an empty one, for its home and for keys.
        cache: its cache folder.

    Skips the test, saying so, where there is no ssh or namespaces are not allowed.
    """
    for tool in ("ssh", "ip", "unshare", "nsenter"):
        if shutil.which(tool) is None:
            pytest.skip(f"another host needs {tool}, which is not here")
    home = folder / "home of gpu1"
    home.mkdir(parents=True)
    host_key, user_key = _new_key(folder / "host"), _new_key(folder / "user")
    with ExitStack() as ended:
        user = [] if os.geteuid() == 0 else ["--map-root-user"]
        near = _start(ended, ["unshare", *user, "--net", "sh", "-c", "echo ready; exec sleep 3600"])
        serve = [sys.executable, str(_SERVER), str(host_key), f"{user_key}.pub"]
        own = ("--net", "--uts", "--pid", "--fork", "--mount-proc", "--kill-child")
        named = shlex.join(["exec", *serve])
        environment = {
            "HOME": str(home),
            "KERTUI_HOME": str(home / "kertui"),
            "KERTUI_CACHE": str(cache),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        far = _start(
            ended,
            [*_inside(near), "unshare", *own, "sh", "-c", f"hostname gpu1; {named}"],
            environment,
        )
        _run(near, "ip", "link", "add", "near0", "type", "veth", "peer", "name", "far0")
        _run(near, "ip", "link", "set", "far0", "netns", str(far))
        for process, device, address in ((near, "near0", _NEAR), (far, "far0", _FAR)):
            _run(process, "ip", "address", "add", f"{address}/24", "dev", device)
            _run(process, "ip", "link", "set", device, "up")
        config, known = folder / "ssh_config", folder / "known_hosts"
        known.write_text(f"{_FAR} {Path(f'{host_key}.pub').read_text()}")
        config.write_text(
            f"Host gpu1\n  HostName {_FAR}\n  User ada\n  IdentityFile {user_key}\n"
            f"  IdentitiesOnly yes\n  UserKnownHostsFile {known}\n"
            "  GlobalKnownHostsFile /dev/null\n"
        )
        silence = "-oServerAliveInterval=1 -oServerAliveCountMax=2 -oConnectTimeout=2"
        ssh = f"{shlex.join([*_inside(near), 'ssh', '-F', str(config)])} {silence}"
        yield FarHost(near, home, ssh)


def _new_key(path: Path) -> Path:
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(path)
    path.chmod(0o600)
    key.write_public_key(f"{path}.pub")
    return path


def _inside(process: int) -> list[str]:
    """The beginning of a command line that runs in the network of a process."""
    user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
    return ["nsenter", "--target", str(process), *user, "--net"]


def _run(process: int, *command: str) -> None:
    subprocess.run([*_inside(process), *command], check=True, capture_output=True)


def _start(
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
