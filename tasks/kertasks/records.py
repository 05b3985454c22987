"""Records that are read by msgspec."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


def learn(*kinds: object) -> None:
    """Let msgspec find out what kinds of records are made of.

    It does so by itself when it is first asked to read one, and two threads that ask at once end
    the process by a segmentation fault (seen with msgspec 0.23). A module calls this beside the
    record, or beside what reads it, so that it is asked under the lock of the import.

    Args:
        kinds: records, or what ``msgspec.convert`` takes as a type; what is within them is learnt
            too.
    """
    for kind in kinds:
        msgspec.json.Decoder(kind)


def encode_record(record: msgspec.Struct) -> str:
    """A record as a run keeps it, in JSON: how its data was read, and what it held."""
    return msgspec.json.format(msgspec.json.encode(record), indent=1).decode()


def differing(before: object, now: object, names: Mapping[str, str]) -> list[str]:
    """What is another in the second of two records of a kind, in words, each once.

    Args:
        before, now: the records.
        names: what each field that counts is called.
    """
    found = [said for field, said in names.items() if getattr(before, field) != getattr(now, field)]
    return list(dict.fromkeys(found))
