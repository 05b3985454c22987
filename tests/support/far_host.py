"""Another host, reached by the system's ssh: a network, a name and processes of its own.

Two network namespaces with a cable between them: in one runs ssh, in the other its server.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncssh
import pytest
from tests.support.cabled_hosts import (
    FAR,
    inside,
    lay_cable,
    network,
    pull_cable,
    put_cable_back,
    start,
)

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
        pull_cable(self._near)

    def put_the_cable_back(self) -> None:
        """Everything gets through again."""
        put_cable_back(self._near)


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
        near = network(ended)
        serve = [sys.executable, str(_SERVER), str(host_key), f"{user_key}.pub"]
        own = ("--net", "--uts", "--pid", "--fork", "--mount-proc", "--kill-child")
        named = shlex.join(["exec", *serve])
        environment = {
            "HOME": str(home),
            "KERTUI_HOME": str(home / "kertui"),
            "KERTUI_CACHE": str(cache),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        far = start(
            ended,
            [*inside(near), "unshare", *own, "sh", "-c", f"hostname gpu1; {named}"],
            environment,
        )
        lay_cable(near, far)
        config, known = folder / "ssh_config", folder / "known_hosts"
        known.write_text(f"{FAR} {Path(f'{host_key}.pub').read_text()}")
        config.write_text(
            f"Host gpu1\n  HostName {FAR}\n  User ada\n  IdentityFile {user_key}\n"
            f"  IdentitiesOnly yes\n  UserKnownHostsFile {known}\n"
            "  GlobalKnownHostsFile /dev/null\n"
        )
        silence = "-oServerAliveInterval=1 -oServerAliveCountMax=2 -oConnectTimeout=2"
        ssh = f"{shlex.join([*inside(near), 'ssh', '-F', str(config)])} {silence}"
        yield FarHost(near, home, ssh)


def _new_key(path: Path) -> Path:
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(path)
    path.chmod(0o600)
    key.write_public_key(f"{path}.pub")
    return path
