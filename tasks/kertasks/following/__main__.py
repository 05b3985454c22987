"""``python -m kertasks.following PATH HOME``: follows a log until its standard input ends.

It prints a line of JSON: ``{"run": ID}`` once there is a run to show, and again for each further
one; or ``{"error": TEXT}``, and ends. Whoever started it holds the other end of its standard
input, so that it goes when that goes, however that ends.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from kertasks.errors import UserError
from kertasks.following.file_follower import FileFollower, FollowedByAnother
from kertasks.following.logged_path import source_at
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore

_LOOK_EVERY = 0.25
"""Seconds between two looks at the log."""

_TRY_EVERY = 1.0
"""Seconds between two tries to take over from another process that follows it."""


def main(path: str, home: str) -> int:
    """Follow, and return the exit status: 1 where the path is nothing to be followed."""
    left = threading.Event()
    threading.Thread(target=_wait_for_end, args=(left,), daemon=True).start()
    try:
        source, store = source_at(Path(path)), RunStore(Path(home))
        told = ""
        while not left.is_set():
            try:
                follower = FileFollower(source, store)
            except FollowedByAnother as error:
                told = _say_run(error.run, told)
                left.wait(_TRY_EVERY)
                source = source_at(source.path)
            else:
                _follow(follower, left, told)
                return 0
    except UserError as error:
        _say(error=str(error), **{"class": type(error).__name__})
        return 1
    return 0


def _follow(follower: FileFollower, left: threading.Event, told: str) -> None:
    try:
        while not follower.is_gone:
            told = _say_run(follower.run, told)
            if left.wait(_LOOK_EVERY):
                return
            follower.read()
    finally:
        follower.close()


def _say_run(run: RunFolder, told: str) -> str:
    """Say which run it is, where that was not said last."""
    if run.id != told:
        _say(run=run.id)
    return run.id


def _say(**said: str) -> None:
    print(json.dumps(said), flush=True)


def _wait_for_end(left: threading.Event) -> None:
    while sys.stdin.buffer.read(1):
        pass
    left.set()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
