"""By which bytes and names a table's file is told from others."""

from __future__ import annotations

GZIP = b"\x1f\x8b"
"""What a file begins with that is compressed by gzip."""

PARQUET = b"PAR1"
"""What a Parquet file begins with."""

PARQUET_ENDINGS = (".parquet", ".pq")
JSON_LINES_ENDINGS = (".jsonl", ".ndjson", ".json", ".jsonl.gz", ".json.gz")
"""Of names in lower case."""
