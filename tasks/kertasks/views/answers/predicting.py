"""``python -m kertasks.views.answers.predicting RUN_FOLDER ASKED [ROW …]``: a run's network answers
rows.

An answer is a JSON object on a line of standard output, of the rows that are given or, where
``ASKED`` says so, of a CSV file on standard input. What cannot be read is a sentence on
standard error, with its row; the status is then 1. ``ASKED`` is an ``AskedRows`` as JSON.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from kertasks.errors import UserError
from kertasks.keras_import import import_keras
from kertasks.runs.folder import RunFolder
from kertasks.runs.looking.asked_rows import AskedRows
from kertasks.text.plain_text import visible
from kertasks.text.python_stderr import hear_python_alone

FAILED = 1
INTERRUPTED = 130
NOBODY_READS = 141
"""What shells expect of a program whose reader has gone."""


def main(arguments: Sequence[str]) -> int:
    """Answer rows and return the process's status."""
    folder, asked, *rows = arguments
    try:
        import_keras()
        from kertasks.views.answers.answered_rows import answer_rows

        wanted = msgspec.json.decode(asked, type=AskedRows)
        run = RunFolder(Path(folder))
        stream = io.FileIO(sys.stdin.fileno(), closefd=False) if wanted.csv else None
        file = None if stream is None else io.BufferedReader(stream)
        all_read = answer_rows(run, wanted, rows, file, sys.stdout.buffer, _say)
    except BrokenPipeError:
        # Python would complain again when it flushes at exit.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    except KeyboardInterrupt:
        return INTERRUPTED
    except UserError as error:
        _say(f"Error: {error}")
    except OSError as error:
        _say(f"Error: {error.filename or 'the rows'}: {error.strerror or error}")
    else:
        return 0 if all_read else FAILED
    return FAILED


def _say(text: str) -> None:
    print(visible(text), file=sys.stderr, flush=True)


if __name__ == "__main__":
    hear_python_alone()
    raise SystemExit(main(sys.argv[1:]))
