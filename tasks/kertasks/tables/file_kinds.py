"""By which bytes and names a table's file is told from others."""

from __future__ import annotations

from pathlib import Path

GZIP = b"\x1f\x8b"
"""What a file begins with that is compressed by gzip."""

_PARQUET = b"PAR1"
_PARQUET_ENDINGS = (".parquet", ".pq")
_JSON_LINES_ENDINGS = (".jsonl", ".ndjson", ".json", ".jsonl.gz", ".json.gz")


def is_parquet(path: Path, start: bytes) -> bool:
    """Whether a file is Parquet.

    Args:
        path: its name counts.
        start: the bytes it begins with; empty where they are not known.
    """
    return start.startswith(_PARQUET) or _ending(path).endswith(_PARQUET_ENDINGS)


def is_json_lines(path: Path, text: str) -> bool:
    """Whether a file that is not Parquet is JSON lines, and no table with a delimiter.

    Args:
        path: its name counts.
        text: what it begins with; empty where it is not known.
    """
    is_object = text.lstrip()[:1] == "{" and '"' in text[:1_000] and ":" in text[:1_000]
    return is_object or _ending(path).endswith(_JSON_LINES_ENDINGS)


def _ending(path: Path) -> str:
    return "".join(path.suffixes[-2:]).lower()
