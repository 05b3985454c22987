"""Starts a person's script on another host. Nothing is copied there: ``train.py`` is a file of that
host, found from the person's home folder there, as with ``ssh gpu1 python train.py``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kertasks.errors import UserError
from kertasks.runs.folder import RunFolder
from kertasks.text.plain_text import one_line
from kertui.hosts.connection import HostConnection


class NotStarted(UserError):
    """A script was not started on another host; why."""


def start_script(
    host: HostConnection,
    script: Path,
    arguments: Sequence[str],
    *,
    name: str = "",
    fast: bool = False,
) -> RunFolder:
    """Start a script there by ``kertui run --detach``, and follow its run here.

    Args:
        host: where.
        script: its path there, from the home folder where it is not absolute.
        arguments: of the script.
        name: what its runs are called; empty for no name.
        fast: as ``kertui run --fast``.

    Raises:
        NotStarted: it is not there, or its kertui cannot start it.
        HostUnreachable: the connection was lost meanwhile.
    """
    options = [*(["--name", name] if name else []), *(["--fast"] if fast else [])]
    status, said, errors = host.kertui("run", "--detach", *options, "--", str(script), *arguments)
    printed = said.split()
    if status or not printed:
        lines = [line for line in errors.splitlines() if line.strip()]
        why = one_line(lines[-1]).removeprefix("Error: ") if lines else f"status {status}"
        if "is not there" in why:
            why = (
                f"{script} is not there, where your home folder is: "
                f"`scp {script.name} {host.host}:` brings it"
            )
        raise NotStarted(f"{host.host}: {why}")
    return host.find(printed[-1])
