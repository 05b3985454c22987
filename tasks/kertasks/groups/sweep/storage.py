"""The database that the study of a sweep is written to where it does not lie in the group's folder:
PostgreSQL, by its address.

A password is in no file of a group: PostgreSQL's own library takes it from ``PGPASSWORD`` or from
``~/.pgpass``.
"""

from __future__ import annotations

from importlib.util import find_spec
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from kertasks.errors import UserError

PASSWORD = "PGPASSWORD"  # noqa: S105 - the variable, not what is in it
"""The variable that PostgreSQL's own library takes a password from."""

_SCHEMES = ("postgresql", "postgres")

_OPTIONS = ("sslmode", "options", "target_session_attrs", "channel_binding")
"""What may stand behind the question mark: others name files, programs or passwords."""

_ALLOWED = "postgresql://USER@HOST:PORT/DATABASE is allowed"


class StorageRefused(UserError):
    """A study cannot be written where it was to be."""


def read_address(text: str) -> tuple[str, str | None]:
    """The address of a database without its password, and the password.

    Args:
        text: as a person types it, ``postgresql://me:secret@host/studies``.

    Raises:
        StorageRefused: it is no address of PostgreSQL; says what is allowed, and not what was
            typed, which may have a password in it.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise StorageRefused(f"the address of the study cannot be read; {_ALLOWED}") from error
    if parts.scheme not in _SCHEMES or not parts.hostname or not parts.path.strip("/"):
        raise StorageRefused(f"this is not the address of a database; {_ALLOWED}")
    for name, _ in parse_qsl(parts.query, keep_blank_values=True):
        if name not in _OPTIONS:
            raise StorageRefused(
                f"{name} cannot stand in the address of the study; {', '.join(_OPTIONS)} can"
            )
    if parts.fragment or not text.isprintable():
        raise StorageRefused(f"the address of the study cannot be read; {_ALLOWED}")
    user = "" if parts.username is None else f"{parts.username}@"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = f"{user}{host}" + ("" if port is None else f":{port}")
    found = SplitResult("postgresql", place, parts.path, parts.query, "")
    return found.geturl(), None if parts.password is None else unquote(parts.password)


def require_driver() -> None:
    """See that what speaks with PostgreSQL is installed.

    Raises:
        StorageRefused: it is not; says what brings it.
    """
    if find_spec("psycopg") is None:
        raise StorageRefused(
            "a study in PostgreSQL needs the package psycopg: pip install 'kertui[postgres]'"
        )
