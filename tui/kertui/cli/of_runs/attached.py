"""What ``kertui attach`` was given: a run, or a log that something else writes."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from kertasks.following.path_words import looks_like_path
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.label import read_label
from kertasks.runs.home.store import LAST, RunStore, UnknownRun
from kertasks.text.plain_text import visible_name
from kertasks.user_folders import cache_dir
from kertui.service.following_process import FollowingProcess, NotFollowed

_QUICK = 1.0
"""Seconds after which a person is told what takes so long."""


def attached(
    store: RunStore, given: str, at_the_end: Callable[[Callable[[], None]], object]
) -> RunFolder:
    """The run a person means, or that of a log, which is followed from now on.

    A whole id or name of a run, and ``last``, mean that run. Otherwise a path is meant where it has
    a separator or ends as tables do (``.csv``, ``.tsv``, ``.txt``, ``.log``), and where a log of
    that name is there; else a run is meant, by a part of its id.

    Args:
        store: where runs are.
        given: the person's word.
        at_the_end: is given what ends the following.

    Raises:
        UnknownRun: it is neither.
        NotFollowed: it is a path, and no log is there.
    """
    run = unknown = None
    try:
        run = store.find(given)
    except UnknownRun as error:
        unknown = error
    if run is not None and (given in (run.id, LAST) or given == read_label(run.path).name):
        return run
    path = Path(given).expanduser()
    if looks_like_path(given) or os.path.lexists(path):
        try:
            process = _follow(path, store)
        except NotFollowed as error:
            if run is None or looks_like_path(given) or not error.is_no_log:
                raise
        else:
            at_the_end(process.close)
            return process.run
    if run is None:
        raise unknown or UnknownRun(given)
    return run


def _follow(path: Path, store: RunStore) -> FollowingProcess:
    words = f"reading {visible_name(str(path))} …"
    slow = threading.Timer(_QUICK, partial(print, words, file=sys.stderr, flush=True))
    slow.daemon = True
    if sys.stderr.isatty():
        slow.start()
    try:
        return FollowingProcess(path, store, cache_dir())
    finally:
        slow.cancel()
