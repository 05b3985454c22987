"""A host's ssh server: runs what is asked by a shell that greets first, as many do.

Started by ``far_host`` in namespaces of its own: ``python ssh_server.py HOST_KEY AUTHORIZED_KEYS``.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from functools import partial

import asyncssh

_AT_ONCE = 1 << 16
"""Bytes."""


async def run(process: asyncssh.SSHServerProcess[bytes]) -> None:
    shell = f"echo 'Welcome to gpu1!'; {process.command}"
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        "sh", "-c", shell, stdin=pipe, stdout=pipe, stderr=pipe, cwd=os.environ["HOME"]
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    feeding = asyncio.create_task(feed(process.stdin, child.stdin))
    await asyncio.gather(pump(child.stdout, process.stdout), pump(child.stderr, process.stderr))
    process.exit(await child.wait())
    await feeding


async def feed(source: asyncssh.SSHReader[bytes], sink: asyncio.StreamWriter) -> None:
    """Hand on what the client sends. (An error here, as where the program has ended already, would
    have asyncssh end the connection, which no other server does.)"""
    with suppress(OSError, asyncssh.Error):
        while data := await source.read(_AT_ONCE):
            sink.write(data)
            await sink.drain()
    sink.close()


async def pump(source: asyncio.StreamReader, sink: asyncssh.SSHWriter[bytes]) -> None:
    """Hand on what the program prints."""
    with suppress(OSError, asyncssh.Error):
        while data := await source.read(_AT_ONCE):
            sink.write(data)
            await sink.drain()


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
