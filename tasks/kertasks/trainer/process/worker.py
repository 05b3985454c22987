"""A trainer process: ``python -m kertasks.trainer.process.worker``, started by ``TrainerProcess``.

It imports Keras, answers what the interface asks, and trains once it is given a run. Until
then it ends with the interface; from then on it goes on without. One that a group's runner started
takes the next run when one is over, and ends with the runner, after the run it has or at once.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kertasks.keras_import import import_keras
from kertasks.text.error_text import described

if TYPE_CHECKING:
    from kertasks.trainer.process.claiming import ClaimedRun


def main() -> None:
    """Serve until there is a run to train or nobody is left to ask."""
    parser = argparse.ArgumentParser(prog="kertasks.trainer.process.worker")
    parser.add_argument("--cache", type=Path, required=True, help="the user's cache folder")
    parser.add_argument("--socket", type=int, required=True, help="inherited descriptor")
    parser.add_argument("--no-keras", action="store_true", help="only describe data")
    parser.add_argument("--stays", action="store_true", help="train one run after another")
    parser.add_argument("--ends-at-once", action="store_true", help="end with who started it")
    parser.add_argument("--adviser", action="store_true", help="advise; do not warm up for a run")
    parser.add_argument("--table", action="store_true", help="warm up for a table of a person's")
    arguments = parser.parse_args()
    with contextlib.suppress(OSError):
        os.nice(10)
    # It has no terminal whose end could concern it, but a person's script may tell all processes.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    connection = socket.socket(fileno=arguments.socket)
    connection.set_inheritable(False)
    # Before both threads need them: the one that reads requests, this one for Keras.
    import numpy  # noqa: F401

    import kertasks.trainer.process.claiming  # noqa: F401
    from kertasks.trainer.process.serving import Server

    server = Server(
        connection,
        become_trainer,
        stays=arguments.stays,
        ends_at_once=arguments.ends_at_once,
    )
    if arguments.no_keras:
        threading.Event().wait()  # the thread that reads ends the process
    passed = False
    try:
        import_keras()
        if arguments.table:
            from kertasks.tables.loading import import_libraries

            import_libraries()
        from kertasks.trainer.process.keras_worker import work

        warms_up = not (arguments.adviser or arguments.stays)
        passed = work(server, arguments.cache, warms_up=warms_up)
    except Exception as error:
        with contextlib.suppress(OSError):
            traceback.print_exc()
        if server.claimed is not None:
            server.claimed.fail(f"the trainer could not begin: {described(error)}")
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):  # a full disk
            stream.flush()
    # TensorFlow's threads may hold up an ordinary exit for seconds, after all is written.
    os._exit(0 if passed else 1)


def become_trainer(request: Mapping[str, Any]) -> ClaimedRun:
    """Claim the run that is asked for, and send everything that is printed from now on to its
    log; files are private.

    Raises:
        kertasks.UserError: the run is not to be trained, as ``claim`` says, or its folder is gone
            or cannot be written in.
    """
    import msgspec

    from kertasks.files import open_to_append
    from kertasks.hosts.asked import AskedHosts
    from kertasks.runs.run_errors import RunDamaged
    from kertasks.trainer.process.claiming import claim

    run = Path(request["run"])
    os.umask(0o077)
    try:
        log = open_to_append(run / "trainer.log")
        try:
            claimed = claim(
                run,
                resumes=request["resumes"],
                epochs=request["epochs"],
                devices=request.get("devices"),
                hosts=msgspec.convert(request.get("hosts"), AskedHosts | None),
            )
            sys.stdout.flush()
            sys.stderr.flush()
            os.dup2(log, 1)
            os.dup2(log, 2)
        finally:
            os.close(log)
    except OSError as error:
        file = error.filename2 or error.filename  # what was to be replaced, or written
        what = f"{Path(file).name} in the run's folder" if file else "in the run's folder"
        raise RunDamaged(f"cannot write {what} {run}: {error.strerror}") from error
    return claimed


if __name__ == "__main__":
    main()
