"""The system's own ssh, which knows the person's hosts and keys: how it is called, and what it says
when it cannot connect, in a sentence."""

from __future__ import annotations

import os
import shlex
import sys

from kertasks.errors import UserError
from kertasks.text.plain_text import one_line

SSH_SETTING = "KERTUI_SSH"
"""Environment variable: what is called in the place of ``ssh``, with options before kertui's."""

REMOTE_SETTING = "KERTUI_REMOTE"
"""Environment variable: the command that is kertui over there, where it is not found by itself."""

_OPTIONS = (
    "-T",  # no terminal over there
    "-C",  # events are text that is a fifth as long when compressed
    "-oConnectTimeout=10",
    "-oServerAliveInterval=3",  # a connection that is gone is noticed within some ten seconds
    "-oServerAliveCountMax=3",
    "-oForwardX11=no",
    "-oClearAllForwardings=yes",
)

_NOT_FOUND = (126, 127)
"""What shells say of a command that is not there, or none."""

_SHELL_SAYS = ("not found", "no such file")
_FAILED = 255
"""What ssh says when it cannot connect, or no longer."""


class HostUnreachable(UserError):
    """A host's runs cannot be had; why, and what to do."""

    def __init__(self, host: str, why: str, *, lasting: bool = False) -> None:
        super().__init__(f"{host}: {why}")
        self.why = why
        self.lasting = lasting
        """Whether trying again does not help."""


def ssh_command(host: str, home: str | None, *, may_ask: bool) -> list[str]:
    """The command line of a connection.

    Args:
        host: as the person names it.
        home: where runs are kept over there; None for the default home there.
        may_ask: whether ssh may ask for a passphrase or about a key that it does not know, on the
            terminal.
    """
    command = shlex.split(os.environ.get(SSH_SETTING, "")) or ["ssh"]
    asks = [] if may_ask else ["-oBatchMode=yes"]
    # A shell that is not asked by a person seldom looks where pipx and uv put commands.
    start = "PATH=$PATH:$HOME/.local/bin; exec kertui"
    if given := os.environ.get(REMOTE_SETTING):
        start = f"exec {given}"
    serve = f"{start} serve-runs" + (f" --home {shlex.quote(home)}" if home else "")
    return [*command, *_OPTIONS, *asks, "--", host, f"sh -c {shlex.quote(serve)}"]


def may_ask() -> bool:
    """Whether a person at a terminal could answer ssh."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def why_not(host: str, status: int | None, said: str) -> HostUnreachable:
    """Why there is no connection, in words.

    Args:
        host: as the person names it.
        status: ssh's exit status; None where it does not end.
        said: what ssh, or the host's shell, said on its error output.
    """
    lines = [one_line(line) for line in said.splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    folded = said.casefold()
    for words, why, lasting in _KNOWN:
        if status == _FAILED and any(word in folded for word in words):
            return HostUnreachable(
                host, why.format(host=host, said=last.rpartition(": ")[2]), lasting=lasting
            )
    where = os.environ.get(REMOTE_SETTING) or "kertui"
    # The host may end the connection before ssh has the shell's status: its words are there then.
    is_missing = where in said and any(words in folded for words in _SHELL_SAYS)
    if status in _NOT_FOUND or (status == _FAILED and is_missing):
        return HostUnreachable(
            host,
            f"{where} is not found there: install kertui there, or say where it is, for example "
            f"{REMOTE_SETTING}='~/kertui/.venv/bin/kertui'",
            lasting=True,
        )
    if "no such command" in folded:
        return HostUnreachable(
            host, "the kertui there is an older one: bring it to this version", lasting=True
        )
    if status == _FAILED:
        return HostUnreachable(host, last or "ssh cannot connect and does not say why")
    ended = f"its kertui ended with status {status}" if status is not None else "no kertui answers"
    return HostUnreachable(host, f"{ended}{': ' if last else ''}{last}", lasting=True)


_KNOWN = (
    (("host key verification failed", "host key is known for"),
     "its host key is not known or has changed: `ssh {host}` once shows it and asks", True),
    (("permission denied",),
     "it refuses your key: `ssh {host}` must work without a password first, by a key in "
     "ssh-agent or in your ssh settings", True),
    (("could not resolve hostname", "name or service not known"),
     "there is no such host: name one that `ssh {host}` knows", True),
    (("connection refused",), "nothing answers ssh there: {said}", False),
    (("timed out", "no route to host", "network is unreachable"), "it cannot be reached: {said}",
     False),
)  # fmt: skip
"""Words of ssh's, what is said instead, and whether trying again does not help."""
