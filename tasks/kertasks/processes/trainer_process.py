"""The handle on a trainer process, of an interface or of a group's runner: warm it, ask it, give it
a run.

Requests and answers are JSON lines over a socket pair that only the two hold, so that
either notices at once when the other is gone.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import socket
import subprocess
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from kertasks.errors import UserError
from kertasks.processes.keras_process import keras_command, keras_environment

if TYPE_CHECKING:
    from kertasks.hosts.asked import AskedHosts
    from kertasks.runs.folder import RunFolder

WARM_UP_LOG = "trainer-warm-up.log"
"""In the cache folder: what a trainer prints before it has a run."""

ADVISER_LOG = "adviser.log"
"""There too: what a process prints that only advises."""

STAYING_LOG = "group-trainer.log"
"""There too: what a trainer of a group's runs prints before it has one."""

_ENDING = 1.0
"""Seconds a process may take from closing its socket to having ended."""


class TrainerGone(UserError):
    """The trainer process ended before it answered."""


class RequestFailed(UserError):
    """The trainer could not do what it was asked; its reason, in one line."""

    def __init__(self, text: str, error_class: str) -> None:
        super().__init__(text)
        self.error_class = error_class
        """The class of the error in the trainer, for example ``"DataFileMissing"``."""


class TrainerProcess:
    """A process of its own session that outlives the interface once it has a run.

    Thread-safe: several threads may ask at once, answers find their own.
    """

    def __init__(
        self, popen: subprocess.Popen[bytes], connection: socket.socket, log_name: str
    ) -> None:
        self._stays = log_name == STAYING_LOG
        self._popen = popen
        self._connection = connection
        self._log_name = log_name
        self._numbers = itertools.count(1)
        self._answers: dict[int, Future[dict[str, Any]]] = {}
        self._lock = threading.Lock()
        self._warm = False
        self._gone = threading.Event()
        self._training = False
        self._over = threading.Event()
        # The pipe is read by a thread so that a slow answer holds up nobody else.
        threading.Thread(target=self._read, name=f"trainer-{popen.pid}", daemon=True).start()

    @classmethod
    def spawn(
        cls,
        cache_dir: Path,
        *,
        keras: bool = True,
        adviser: bool = False,
        stays: bool = False,
        outlives: bool = True,
        environment: Mapping[str, str] | None = None,
        for_table: bool = False,
    ) -> TrainerProcess:
        """Start a spare and return at once.

        Args:
            cache_dir: the user's cache folder, made when missing.
            keras: whether it warms up by importing Keras; without, it serves
                ``describe`` only and starts faster.
            adviser: whether it only gives advice: it is given no run, and does not warm up.
            stays: whether it trains one run after another, and ends with whoever started it.
            outlives: whether it first finishes the run that it has then.
            environment: that it gets besides this process's.
            for_table: whether a table of a person's own is what it will train on: it warms up for
                that too.

        Raises:
            TrainerGone: the system refused to start a process, or the cache folder cannot be
                written in.
        """
        log_name = ADVISER_LOG if adviser else STAYING_LOG if stays else WARM_UP_LOG
        log = _open_log(cache_dir, log_name)
        ours, theirs = socket.socketpair()
        command = keras_command("kertasks.trainer.process.worker")
        command += ["--cache", str(cache_dir), "--socket", str(theirs.fileno())]
        command += [] if keras else ["--no-keras"]
        command += ["--adviser"] if adviser else []
        command += ["--stays"] if stays else []
        command += [] if outlives else ["--ends-at-once"]
        command += ["--table"] if for_table else []
        try:
            popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[theirs.fileno()],
                env={
                    **keras_environment(log_level=2),  # errors are of use in its log
                    "KERTUI_CACHE": str(cache_dir.absolute()),  # for what XLA compiles
                    **(environment or {}),
                },
            )
        except OSError as error:
            ours.close()
            where = f" ({error.filename})" if error.filename else ""
            raise TrainerGone(f"cannot start a trainer process: {error.strerror}{where}") from error
        finally:
            theirs.close()
            os.close(log)
        return cls(popen, ours, log_name)

    @property
    def pid(self) -> int:
        """The process id of the trainer."""
        return self._popen.pid

    @property
    def warm(self) -> bool:
        """Whether Keras is imported, so that a run would start at once."""
        return self._warm and not self._gone.is_set()

    @property
    def gone(self) -> bool:
        """Whether it answers no more: ended, closed, or busy with a run."""
        return self._gone.is_set()

    def request(self, op: str, **payload: Any) -> dict[str, Any]:
        """Ask and wait for the answer: call it from a thread, never from the interface's own.

        Args:
            op: ``describe``, ``check``, ``look``, ``catalog`` or ``train``; ``advise`` or
                ``try_fix`` of one that advises.
            payload: what goes with it, JSON values.

        Raises:
            RequestFailed: it was refused; the text is for the person.
            TrainerGone: the process ended first.
        """
        number = next(self._numbers)
        answer: Future[dict[str, Any]] = Future()
        line = json.dumps({"id": number, "op": op, **payload}) + "\n"
        if op == "train":
            self._over.clear()
        try:
            with self._lock:
                if self._gone.is_set():
                    raise TrainerGone(self._why_gone())
                self._answers[number] = answer
                self._connection.sendall(line.encode())
        except OSError as error:
            raise TrainerGone(self._why_gone()) from error
        try:
            result = answer.result()
        finally:
            self._answers.pop(number, None)
        if op == "train" and not self._stays:
            self._training = True
        return result

    @property
    def is_over(self) -> bool:
        """Whether the run that it was given last is over, of a process that stays; or it is."""
        return self._over.is_set()

    def wait_until_over(self) -> None:
        """Wait until the run that it was given last is over, of a process that stays.

        Raises:
            TrainerGone: the process ended before.
        """
        self._over.wait()
        if self._gone.is_set():
            raise TrainerGone(self._why_gone())

    def close(self) -> None:
        """Let go of it: a spare ends, a trainer with a run goes on."""
        self._gone.set()
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def _read(self) -> None:
        try:
            with self._connection.makefile("rb") as lines:
                for line in lines:
                    self._take(json.loads(line))
        except (OSError, ValueError):
            pass
        with self._lock:
            self._gone.set()
            waiting = list(self._answers.values())
        self._connection.close()
        for answer in waiting:
            if not answer.done():
                answer.set_exception(TrainerGone(self._why_gone()))
        # An ended child stays a zombie, and its run seems to live, until it is waited for.
        self._popen.wait()
        self._over.set()

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("event") == "warm":
            self._warm = True
            return
        if message.get("event") == "over":
            self._over.set()
            return
        answer = self._answers.get(message.get("id", 0))
        if answer is None or answer.done():
            return
        if "error" in message:
            answer.set_exception(RequestFailed(message["error"], message.get("class", "")))
        else:
            answer.set_result(message["answer"])

    def _why_gone(self) -> str:
        if self._training:
            return "this trainer process has its run already"
        status: int | None = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            # Its socket closes a moment before the system can tell how it ended.
            status = self._popen.wait(_ENDING)
        if status is not None and status < 0:
            return f"the trainer process was killed (signal {-status})"
        if status:
            return f"the trainer process ended with status {status}; see {self._log_name}"
        return "the trainer process is gone"


def give_run(
    run: RunFolder,
    spare: TrainerProcess | None,
    cache_dir: Path,
    *,
    resumes: bool = False,
    epochs: int | None = None,
    devices: str | None = None,
    hosts: AskedHosts | None = None,
) -> None:
    """Let the spare train the run, or a new process where there is none; it has claimed the run
    when this returns.

    Args:
        run: the run.
        spare: a process that waits for one.
        cache_dir: the user's cache folder.
        resumes: whether the run was given to a trainer before and is over.
        epochs: to train in all from now on, where it resumes; as planned for None.
        devices: of this machine that share the training, ``"all"`` or ``"0,1"``; None for one.
        hosts: machines of a cluster that share it; None for this one alone.

    Raises:
        RequestFailed: the process may not train it; the text says why.
        TrainerGone: no process could be started.
    """
    asked: dict[str, Any] = {
        "run": str(run.path.absolute()),
        "resumes": resumes,
        "epochs": epochs,
        "devices": devices,
        "hosts": None if hosts is None else msgspec.to_builtins(hosts),
    }
    process = spare or TrainerProcess.spawn(cache_dir)
    try:
        process.request("train", **asked)
    except TrainerGone:
        process.close()
        if spare is None:
            raise
        # It was killed while it waited: a new one takes the run.
        shared: dict[str, Any] = {"devices": devices, "hosts": hosts}
        give_run(run, None, cache_dir, resumes=resumes, epochs=epochs, **shared)
    except UserError:
        process.close()
        raise


def _open_log(cache_dir: Path, name: str) -> int:
    # What is started again where it died says in its log why it did; several write in it at once.
    appends = name in (ADVISER_LOG, STAYING_LOG)
    flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if appends else os.O_TRUNC)
    try:
        cache_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(cache_dir / name, flags, 0o600)
    except OSError as error:
        raise TrainerGone(
            f"cannot keep files in {cache_dir}: {error.strerror}. "
            "Choose another folder for kertui's cache with KERTUI_CACHE."
        ) from error
