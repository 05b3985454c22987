"""What ``kertui attach`` was given: a run, or a log that something else writes."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kertui.cli.options import home_of

if TYPE_CHECKING:
    from kertasks.runs.folder import RunFolder
    from kertasks.runs.store import RunStore

_QUICK = 1.0
"""Seconds after which a person is told what takes so long."""


def attached(ctx: click.Context, given: str) -> RunFolder:
    """The run a person means, or that of a log, which is followed until the command ends.

    A whole id or name of a run, and ``last``, mean that run. Otherwise a path is meant where it has
    a separator or ends as tables do (``.csv``, ``.tsv``, ``.txt``, ``.log``), and where a log of
    that name is there; else a run is meant, by a part of its id.

    Raises:
        UnknownRun: it is neither.
        NotFollowed: it is a path, and no log is there.
    """
    from kertasks.following.path_words import looks_like_path
    from kertasks.runs.label import read_label
    from kertasks.runs.store import LAST, RunStore, UnknownRun
    from kertui.service.following_process import NotFollowed

    store = RunStore(home_of(ctx))
    run, unknown = None, None
    try:
        run = store.find(given)
    except UnknownRun as error:
        unknown = error
    whole = run is not None and (given in (run.id, LAST) or given == read_label(run.path).name)
    path = Path(given).expanduser()
    if not whole and (looks_like_path(given) or os.path.lexists(path)):
        try:
            return _followed(ctx, path, store)
        except NotFollowed as error:
            if run is None or looks_like_path(given) or not error.is_no_log:
                raise
    if run is None:
        raise unknown or UnknownRun(given)
    return run


def _followed(ctx: click.Context, path: Path, store: RunStore) -> RunFolder:
    from kertasks.user_folders import cache_dir
    from kertui.service.following_process import FollowingProcess

    words = f"reading {click.format_filename(path)} …"
    slow = threading.Timer(_QUICK, click.echo, (words,), {"err": True})
    slow.daemon = True
    if sys.stderr.isatty():
        slow.start()
    try:
        process = FollowingProcess(path, store, cache_dir())
    finally:
        slow.cancel()
    ctx.call_on_close(process.close)
    return process.run
