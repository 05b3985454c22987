"""``HOST:`` and ``HOST:RUN``: what names another host's runs on the command line. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

_ADDRESS = re.compile(
    r"(?P<host>(?:[\w.+-]+@)?(?:[A-Za-z0-9_][\w.-]*|\[[0-9A-Fa-f:.%\w]+\])):(?P<run>.*)"
)
"""As ``scp`` has it: a name of the person's ssh settings or of a host, with a user before it or
not; an address that has colons itself in brackets. None begins like an option."""


class HostAddress(NamedTuple):
    """A host, and what is meant of its runs."""

    host: str
    """As ssh takes it, for example ``gpu1`` or ``ada@10.0.0.7``."""

    run: str
    """As ``RunStore.find`` takes it; empty for all of them."""


def host_address(text: str) -> HostAddress | None:
    """Read ``HOST:RUN``; None for what names no host."""
    found = _ADDRESS.fullmatch(text)
    if found is None or text.startswith("-"):
        return None
    return HostAddress(found["host"].replace("[", "").replace("]", ""), found["run"])
