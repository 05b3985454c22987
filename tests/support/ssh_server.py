"""A host's ssh server: runs what is asked by a shell that greets first, as many do.

Started by ``far_host`` in namespaces of its own: ``python ssh_server.py HOST_KEY AUTHORIZED_KEYS``.
"""

from __future__ import annotations

import asyncio
import os
import sys
from functools import partial

import asyncssh


async def run(process: asyncssh.SSHServerProcess[bytes]) -> None:
    shell = f"echo 'Welcome to gpu1!'; {process.command}"
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        "sh", "-c", shell, stdin=pipe, stdout=pipe, stderr=pipe, cwd=os.environ["HOME"]
    )
    await process.redirect(stdin=child.stdin, stdout=child.stdout, stderr=child.stderr)
    process.exit(await child.wait())


async def serve(host_key: str, authorized_keys: str) -> None:
    await asyncssh.listen(
        "0.0.0.0",
        22,
        server_host_keys=[host_key],
        authorized_client_keys=authorized_keys,
        process_factory=run,
        encoding=None,
    )
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(partial(serve, *sys.argv[1:3])())
