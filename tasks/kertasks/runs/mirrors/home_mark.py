"""Of which host a home is the mirror: no run is begun among another host's."""

from __future__ import annotations

from pathlib import Path

from kertasks.errors import UserError
from kertasks.files import read_small, write_text
from kertasks.text.plain_text import one_line

_FILE = "mirror-of"


class IsElsewhere(UserError):
    """A run was to be begun among those of another host, which are only followed here."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"these are the runs of {host}: `ssh -t {host} kertui` trains there, "
            "kertui without a host trains here"
        )


def host_of(home: Path) -> str | None:
    """The host of which a home is the mirror; None for a home of this one."""
    try:
        return one_line(read_small(home / _FILE).decode(errors="replace")) or None
    except OSError:
        return None


def mark_home(home: Path, host: str) -> None:
    """Let a home be known as the mirror of a host's.

    Raises:
        OSError: it cannot be written in.
    """
    write_text(home / _FILE, host)
