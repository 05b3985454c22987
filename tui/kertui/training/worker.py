"""A trainer process: ``python -m kertui.training.worker``, started by ``TrainerProcess``.

It imports Keras, answers what the interface asks, and trains once it is given a run. Until
then it ends with the interface; from then on it goes on without.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import sys
import threading
import time
import traceback
from pathlib import Path


def main() -> None:
    """Serve until there is a run to train or nobody is left to ask."""
    parser = argparse.ArgumentParser(prog="kertui.training.worker")
    parser.add_argument("--cache", type=Path, required=True, help="the user's cache folder")
    parser.add_argument("--socket", type=int, required=True, help="inherited descriptor")
    parser.add_argument("--no-keras", action="store_true", help="only describe data")
    arguments = parser.parse_args()
    with contextlib.suppress(OSError):
        os.nice(10)
    # It has no terminal whose end could concern it, but a person's script may tell all processes.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    connection = socket.socket(fileno=arguments.socket)
    connection.set_inheritable(False)
    # NumPy before both threads need it: the one that describes data, this one for Keras.
    import numpy  # noqa: F401

    from kertui.training.serving import Server

    server = Server(connection, become_trainer)
    if arguments.no_keras:
        threading.Event().wait()  # the thread that reads ends the process
    passed = False
    try:
        from kertui.training.keras_side import KerasSide

        keras_side = KerasSide(arguments.cache, server.shelf)
        passed = keras_side.train(server.serve_until_run(keras_side.answer, keras_side.warm_up))
    except Exception as error:
        with contextlib.suppress(OSError):
            traceback.print_exc()
        if server.run is not None:
            write_failure(server.run, f"the trainer could not begin: {error}")
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):  # a full disk
            stream.flush()
    # TensorFlow's threads may hold up an ordinary exit for seconds, after all is written.
    os._exit(0 if passed else 1)


def become_trainer(run: Path) -> None:
    """Send everything that is printed from now on to the run's log; files are private.

    Raises:
        OSError: the run's folder is gone or cannot be written in, or its log is a link.
    """
    from kertui.training.regular_file import open_to_append

    os.umask(0o077)
    log = open_to_append(run / "trainer.log")
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def write_failure(run: Path, reason: str) -> None:
    """Say in the run's events that it failed before there was a training to say so."""
    from kertui.training.event_log import EventLog
    from kertui.training.events import Failed

    with contextlib.suppress(OSError):
        log = EventLog(run / "events.jsonl")
        log.add(Failed(time.time(), reason))
        log.close()


if __name__ == "__main__":
    main()
