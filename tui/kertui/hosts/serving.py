"""The far side of a connection: tells what happens in the runs of this host's home, and hands on
what is asked. ``kertui serve-runs`` is it: its standard input and output are the connection.

It listens on no port and outlives its connection by no more than a minute.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import BinaryIO

import msgspec

from kertasks.errors import UserError
from kertasks.processes.keras_process import keras_command
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.bin import RunBin
from kertasks.runs.home.label import Label, write_label
from kertasks.runs.home.listing import RunSummaries
from kertasks.runs.home.store import RunStore
from kertasks.runs.looking.view import decode_request, encode_look
from kertasks.runs.steering.commands import SteeringCommand
from kertui.hosts.messages import (
    PROTOCOL,
    SILENT,
    Answer,
    Ask,
    Compute,
    Find,
    Follow,
    FromNear,
    Gone,
    Hello,
    Kertui,
    Leave,
    NotUnderstood,
    Receiver,
    Relabel,
    Request,
    Resume,
    Sender,
    Steer,
    Summarise,
    Took,
)
from kertui.hosts.sent_run import SentRun
from kertui.service.training_service import TrainingService

_LOOK_EVERY = 0.05
"""Seconds between two looks at what goes on."""

_LOOK_AT_ALL = 2.0
"""Seconds between two looks at the runs that are over, and for others."""


class RunServer:
    """Serves the runs of a home to one near side.

    Args:
        store: whose runs.
        cache_dir: the cache folder of this host.
        came: what the near side says.
        goes: what is said to it.
        version: of this kertui.
    """

    def __init__(
        self,
        store: RunStore,
        cache_dir: Path,
        came: BinaryIO,
        goes: BinaryIO,
        version: str,
    ) -> None:
        self._store = store
        self._cache_dir = cache_dir
        self._looks = TrainingService(store, cache_dir, advice=False)
        """Looks into networks, by a process that is started when that is asked for first."""

        self._receiver: Receiver[FromNear] = Receiver(came, FromNear)
        self._sender = Sender(goes)
        self._version = version
        self._came: SimpleQueue[FromNear | None] = SimpleQueue()
        self._heard = time.monotonic()
        self._sent: dict[str, SentRun] = {}
        self._every = False
        self._waiting: list[tuple[int, frozenset[str] | None]] = []
        """Requests to follow that are not answered yet, with the runs they name; None for all."""

        self._look_at_all = 0.0
        self._listed = False
        self._behind: list[str] = []
        """Ids of runs that are over and not yet whole there, the next to send last."""

    def serve(self) -> None:
        """Serve until the near side is gone."""
        self._sender.begin()
        self._sender.send(Hello(PROTOCOL, self._version))
        for work in (self._receive, self._watch):
            threading.Thread(target=work, daemon=True).start()
        try:
            while self._hear():
                self._tell()
        finally:
            self._end()

    def _end(self) -> None:
        for sent in list(self._sent.values()):
            sent.leave_all()
        self._looks.close()

    def _receive(self) -> None:
        with contextlib.suppress(NotUnderstood, OSError):
            while (message := self._receiver.next()) is not None:
                self._heard = time.monotonic()
                self._came.put(message)
        self._came.put(None)

    def _watch(self) -> None:
        # Whoever writes into a pipe that nobody empties hears of nothing.
        while time.monotonic() - self._heard < SILENT:
            time.sleep(1.0)
        self._end()
        os._exit(1)

    # --- what happens here

    def _tell(self) -> None:
        everything = time.monotonic() >= self._look_at_all
        if everything:
            self._look_at_all = time.monotonic() + _LOOK_AT_ALL
            self._look_for_runs()
        named = {id for _, ids in self._waiting if ids is not None for id in ids}
        for id, sent in list(self._sent.items()):
            # Of all runs the facts come first; of those that are over the events one by one.
            in_turn = self._every and id not in named and (sent.is_over or not sent.is_told)
            if everything or not sent.is_over or id in named:
                for message in sent.new(grown=not in_turn):
                    self._sender.send(message)
        while self._behind and self._behind[-1] not in self._sent:
            self._behind.pop()
        if self._behind:
            sent = self._sent[self._behind[-1]]
            for message in sent.new():
                self._sender.send(message)
            if sent.whole:
                self._behind.pop()
        self._answer_followers()

    def _look_for_runs(self) -> None:
        for id, sent in list(self._sent.items()):
            if not os.path.lexists(sent.run.path):
                del self._sent[id]
                self._sender.send(Gone(id))
        if not self._every:
            return
        with contextlib.suppress(UserError):
            for run in self._store.runs():
                if run.id not in self._sent:
                    self._sent[run.id] = SentRun(run, {})
                    self._behind.insert(0, run.id)
        self._listed = True

    def _answer_followers(self) -> None:
        for number, ids in list(self._waiting):
            if ids is None:
                done = self._listed and all(sent.is_told for sent in self._sent.values())
            else:
                followed = [self._sent[id] for id in ids if id in self._sent]
                done = all(sent.is_told and sent.whole for sent in followed)
            if done:
                self._waiting.remove((number, ids))
                self._sender.send(Answer(number))

    # --- what is asked

    def _hear(self) -> bool:
        """Carry out what came; False once the near side is gone."""
        with contextlib.suppress(Empty):
            message = self._came.get(timeout=0 if self._behind else _LOOK_EVERY)
            while message is not None:
                self._take(message)
                message = self._came.get_nowait()
            return False
        return True

    def _take(self, message: FromNear) -> None:
        match message:
            case Follow():
                self._follow(message)
            case Steer(command=SteeringCommand.KILL):
                self._beside(lambda: self._steer(message))
            case Steer():
                self._steer(message)  # in their order
            case Ask() if message.run in self._sent:
                self._sent[message.run].ask(message.viewer, message.data)
            case Leave() if message.run in self._sent:
                self._sent[message.run].leave(message.viewer)
            case Relabel() if message.run in self._sent:
                with contextlib.suppress(UserError, ValueError, RecursionError):
                    label = msgspec.json.decode(message.data, type=Label)
                    write_label(self._sent[message.run].run.path, label)
            case Find() | Summarise() | Resume() | Compute() | Kertui():
                self._beside(lambda: self._answer(message))
            case _:
                pass  # a sign of life, or of a run that is gone

    def _beside(self, work: Callable[[], None]) -> None:
        def done() -> None:
            with contextlib.suppress(OSError):  # nobody waits for it any more
                work()

        threading.Thread(target=done, daemon=True).start()

    def _follow(self, asked: Follow) -> None:
        for id, known in asked.runs.items():
            path = self._store.runs_path / id
            if os.path.lexists(path):
                self._sent[id] = SentRun(RunFolder(path), known)
            else:
                self._sender.send(Gone(id))
            if asked.every:
                self._behind.insert(0, id)
        self._every = self._every or asked.every
        self._look_at_all = 0.0
        ids = None if asked.every else frozenset(asked.runs)
        self._waiting.append((asked.number, ids))

    def _steer(self, asked: Steer) -> None:
        sent = self._sent.get(asked.run)
        why = "the run is gone"
        if sent is not None:
            why = sent.steer(asked.command, asked.number, asked.value)
        self._sender.send(Took(asked.run, asked.number, why))

    def _answer(self, asked: Request) -> None:
        try:
            answer = self._answered(asked)
        except UserError as error:
            answer = Answer(asked.number, error=str(error) or "it cannot be done")
        self._sender.send(answer)

    def _answered(self, asked: Request) -> Answer:
        encode = msgspec.msgpack.encode
        match asked:
            case Find():
                return Answer(asked.number, encode(self._store.find(asked.text).id))
            case Summarise():
                source = RunBin(self._store) if asked.deleted else self._store
                found = RunSummaries(source, with_best=True).read()
                return Answer(asked.number, encode(found))
            case Resume():
                trainers = TrainingService(self._store, self._cache_dir, spare=False)
                try:
                    trainers.resume(self._run(asked.run), asked.epochs)
                finally:
                    trainers.close()
                return Answer(asked.number)
            case Compute():
                request = decode_request(asked.request)
                look = self._looks.look(self._run(asked.run), asked.moment, request)
                return Answer(asked.number, encode_look(look))
            case Kertui():
                return self._run_kertui(asked)
            case Follow():
                raise AssertionError("answered when all has gone over")

    def _run(self, id: str) -> RunFolder:
        return RunFolder(self._store.runs_path / id)

    def _run_kertui(self, asked: Kertui) -> Answer:
        """Run a command of this kertui, in the home folder of the user, where ssh begins."""
        done = subprocess.run(
            keras_command("kertui", *asked.arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=Path.home(),
            env={**os.environ, "KERTUI_HOME": str(self._store.home)},
            check=False,
        )
        said = done.stderr.decode(errors="replace")
        printed = msgspec.msgpack.encode(done.stdout)
        return Answer(asked.number, printed, said, done.returncode)
