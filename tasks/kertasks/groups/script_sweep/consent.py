"""Which programs a group may start on this account.

What a group says counts only where this user's own command said it too: ``kertui sweep --script``
keeps a mark of it (``kertasks.groups.own_word``).

The program itself must be, by its SHA-256, the file that it was then: its trials would not be
comparable, and the person saw another program.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from kertasks.errors import UserError
from kertasks.groups.folder import GroupFolder
from kertasks.groups.own_word import has_mark
from kertasks.groups.script_sweep.asked import ScriptSweep

_DIGEST = "sha256"


class MayNotStart(UserError):
    """A group names a program that is not started for it."""


def digest_of(script: Path) -> str:
    """The SHA-256 of a program, as hexadecimal digits.

    Raises:
        MayNotStart: it is no file that can be read.
    """
    if not script.is_file():
        what = "is a folder" if script.is_dir() else "is not there"
        raise MayNotStart(f"{script} {what}; --script takes a Python program")
    try:
        with script.open("rb") as file:
            return hashlib.file_digest(file, _DIGEST).hexdigest()
    except OSError as error:
        raise MayNotStart(f"{script} cannot be read: {error.strerror}") from error


def require_consent(group: GroupFolder, asked: ScriptSweep) -> None:
    """See that this user's command made the group, and that the program is what it was then.

    Raises:
        MayNotStart: one of these is not so.
    """
    if not has_mark(group, asked):
        raise MayNotStart(
            f"{group.id} says that {asked.script} is to be run, and no command of yours on this "
            "machine asked for that: it is not. kertui sweep --script begins a sweep of your own."
        )
    require_same(asked)


def program_of(group: GroupFolder) -> Path | None:
    """The program that a runner of a group starts; None where there are kertui's trainers alone.

    Raises:
        MayNotStart: it is not to be started for the group.
        GroupDamaged: what was asked cannot be read.
    """
    asked = group.record().asked
    if not isinstance(asked, ScriptSweep):
        return None
    require_consent(group, asked)
    return Path(asked.script)


def require_same(asked: ScriptSweep) -> None:
    """See that the program is the file that it was when the group was made.

    Raises:
        MayNotStart: it is not.
    """
    if digest_of(Path(asked.script)) != asked.digest:
        raise MayNotStart(
            f"{asked.script} is another file than when the sweep began: its trials could not be "
            "compared. kertui sweep --script begins a new one."
        )
