"""What a group says that is acted on only where this user's own command said it too.

The folder of a group may come from anybody: a mate's home, an archive, a shared disk. All else in
it is read as data, but one may name a program to be started, a database that is told the user's
password, or a cluster of Ray to be joined, whose machines are sent data and may run code here. So
the command that asks for such a thing keeps a mark in the user's cache folder, whose name is a hash
over where the group lies and all that was asked of it, or where it is to be trained. Whoever can
write there can start programs as this user anyway. A mark cannot be brought along with a group, and
a group that is changed, moved or copied has none.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from kertasks.errors import UserError
from kertasks.files import write_text
from kertasks.groups.folder import GroupFolder
from kertasks.user_folders import cache_dir


class MarkNotKept(UserError):
    """The user's cache folder cannot be written in."""


def keep_mark(group: GroupFolder, asked: msgspec.Struct) -> None:
    """Keep it that this user's command made the group.

    Args:
        group: which.
        asked: what was asked of it, or where it is to be trained.

    Raises:
        MarkNotKept: the cache folder cannot be written in.
    """
    path = _mark(group, asked)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_text(path, f"{group.path.absolute()}\n")
    except OSError as error:
        raise MarkNotKept(f"{path} cannot be written: {error.strerror}") from error


def has_mark(group: GroupFolder, asked: msgspec.Struct) -> bool:
    """Whether this user's command made the group, on this machine."""
    return _mark(group, asked).is_file()


def _mark(group: GroupFolder, asked: msgspec.Struct) -> Path:
    said = msgspec.json.encode((str(group.path.resolve()), asked))
    return cache_dir() / "groups-asked-for" / hashlib.sha256(said).hexdigest()
