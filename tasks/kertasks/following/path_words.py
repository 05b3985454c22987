"""Whether a person means a path or a run, by the words alone."""

from __future__ import annotations

import os
import re

_TABLE = re.compile(r"\.(?:csv|tsv|txt|log)$", re.IGNORECASE)


def looks_like_path(text: str) -> bool:
    """Whether a text can hardly be what a run is called: it has a separator in it, is ``.`` or
    ``..``, or ends as the names of tables in plain text do."""
    return os.sep in text or text in (".", "..") or _TABLE.search(text) is not None
