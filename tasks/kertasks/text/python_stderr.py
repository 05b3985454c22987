"""Standard error without what libraries in C++ print."""

from __future__ import annotations

import os
import sys


def hear_python_alone() -> None:
    """Keep what TensorFlow's libraries print of the machine off standard error, which no setting
    does; what Python says, a traceback too, still gets there."""
    theirs = os.dup(sys.stderr.fileno())
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    sys.stderr = os.fdopen(theirs, "w", buffering=1, errors="backslashreplace")
