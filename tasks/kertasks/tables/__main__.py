"""The process that looks at tables for one that must not: a request a line on its standard input,
an answer a line on its standard output. It ends when its input does.

A file that makes it fail costs no more than this process: the next is as good.
"""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import shutil
import sys
import tempfile
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO

import msgspec

from kertasks.errors import UserError
from kertasks.folders.looking_at_folders import look as look_at_folder
from kertasks.tables.looking import look
from kertasks.tables.table_requests import LookAnswer, LookRequest

_MOST_MEMORY = 4 << 30
"""Bytes of addresses. DuckDB keeps to a limit of its own, but a decoder or a reader of Parquet
that was lied to may not."""

_LONGEST_REQUEST = 64 << 20
"""Bytes."""


def main() -> None:
    """Answer until the input ends."""
    _limit_memory()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a library prints is no answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # All that is left in it when the process ends in the middle of a look goes with it. Who asks
    # may have made it, to take it away where this process is killed.
    tempfile.tempdir = sys.argv[1] if sys.argv[1:] else tempfile.mkdtemp(prefix="kertui-looks-")
    requests: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, requests), daemon=True).start()
    with contextlib.suppress(BrokenPipeError):
        while True:
            answers.write(msgspec.json.encode(answer(requests.get())) + b"\n")
            answers.flush()


def answer(request: bytes) -> LookAnswer:
    """What there is to say to a request; a sentence where it fails, whatever the reason."""
    try:
        asked = msgspec.json.decode(request, type=LookRequest)
        if Path(asked.path).is_dir():
            return LookAnswer(folder=look_at_folder(asked.path, asked.folder))
        if asked.path.casefold().endswith((".npz", ".npy")):
            from kertasks.arrays.looking_at_arrays import look as look_at_arrays

            return LookAnswer(arrays=look_at_arrays(asked.path, asked.arrays))
        return LookAnswer(look=look(asked.path, asked.table, asked.wishes))
    except UserError as error:
        return LookAnswer(error=str(error))
    except msgspec.DecodeError as error:
        return LookAnswer(error=f"the request is none: {error}")
    except MemoryError:
        return LookAnswer(error="the file takes more memory than looking at one may")
    except Exception as error:
        logging.getLogger(__name__).exception("looking failed")
        return LookAnswer(error=f"the file cannot be looked at ({type(error).__name__})")


def _read(source: BinaryIO, requests: SimpleQueue[bytes]) -> None:
    """Hand on the lines of the input; at its end nobody waits for what is still looked at."""
    while line := source.readline(_LONGEST_REQUEST):
        requests.put(line)
    shutil.rmtree(tempfile.gettempdir(), ignore_errors=True)
    os._exit(0)


def _limit_memory() -> None:
    with contextlib.suppress(ValueError, OSError):
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        limit = _MOST_MEMORY if most == resource.RLIM_INFINITY else min(_MOST_MEMORY, most)
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))


if __name__ == "__main__":
    main()
