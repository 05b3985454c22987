"""The near side of a connection to another host: its runs are followed in a mirror here, what is
asked of them goes over, and a connection that is lost is made again."""

from __future__ import annotations

import contextlib
import itertools
import signal
import subprocess
import threading
import time
from collections import deque
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import msgspec

from kertasks.errors import UserError
from kertasks.records import learn
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore, UnknownRun
from kertasks.runs.home.summary import RunSummary
from kertasks.runs.looking.view import Look, Moment, ViewRequest, decode_look, encode_request
from kertasks.text.numbers import counted
from kertasks.text.plain_text import one_line, some_lines
from kertui import __version__
from kertui.hosts.messages import (
    ALIVE_EVERY,
    PROTOCOL,
    Alive,
    Answer,
    Compute,
    Find,
    Follow,
    FromFar,
    Gone,
    Hello,
    Kertui,
    Looked,
    More,
    NotUnderstood,
    Receiver,
    Resume,
    RunId,
    Sender,
    Small,
    Summarise,
    Told,
    Took,
)
from kertui.hosts.mirror_home import MirrorFull, MirrorHome
from kertui.hosts.ssh import HostUnreachable, may_ask, ssh_command, why_not

_LOOK_EVERY = 0.05
"""Seconds between two looks at what is asked here."""

_LABELS_EVERY = 1.0
_TRY_EVERY = 3
"""Seconds after which a lost connection is tried again."""

_AGAIN = f"trying again in {_TRY_EVERY} s"

_ENDS = 2.0
"""Seconds that ssh has to end by itself."""

_LONGEST = 2_000
"""Characters of what the other side says that are shown."""

_SUMMARIES = list[RunSummary]
learn(_SUMMARIES, RunId)


class FarError(UserError):
    """Something could not be done on the other host; its reason."""


class _Link:
    """One ssh process, from its start until nothing comes any more.

    Raises:
        HostUnreachable: there is no connection, or no kertui that is understood at its end.
    """

    def __init__(self, host: str, home: str | None, *, asks: bool) -> None:
        self._host = host
        command = ssh_command(host, home, may_ask=asks)
        with _no_interrupts() if asks else contextlib.nullcontext():
            try:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    start_new_session=not asks,  # one that asks needs the terminal
                )
            except OSError as error:
                why = f"{command[0]} cannot be started: {error.strerror}"
                raise HostUnreachable(host, why, lasting=True) from error
        goes, comes = self._process.stdin, self._process.stdout
        if goes is None or comes is None:
            raise AssertionError("both are pipes")
        self._said: deque[bytes] = deque(maxlen=50)
        self._hearing = threading.Thread(target=self._hear, daemon=True)
        self._hearing.start()
        self.sender = Sender(goes)
        self.receiver: Receiver[FromFar] = Receiver(comes, FromFar)
        try:
            self.receiver.skip_greeting()
            hello = self.receiver.next()
        except BaseException as error:
            self.close()
            if isinstance(error, NotUnderstood):
                raise self.why_ended() from None
            raise
        if not isinstance(hello, Hello) or hello.protocol != PROTOCOL:
            self.close()
            theirs = f" ({one_line(hello.kertui)})" if isinstance(hello, Hello) else ""
            raise HostUnreachable(
                host,
                f"the kertui there{theirs} and this one ({__version__}) do not understand each "
                "other: bring the older one up to date",
                lasting=True,
            )

    def _hear(self) -> None:
        if self._process.stderr is not None:
            self._said.extend(self._process.stderr)

    def why_ended(self) -> HostUnreachable:
        """Why nothing comes any more, in words."""
        self._hearing.join(_ENDS)
        said = b"".join(self._said).decode(errors="replace")
        return why_not(self._host, self._process.poll(), said)

    def close(self) -> None:
        """End it; it ends by itself once nobody speaks to it."""
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            self._process.wait(_ENDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _Waiting:
    """A request that somebody waits for."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.answer: Answer | None = None
        """None where the connection was lost before it came."""


class HostConnection:
    """Follows and steers the runs of another host.

    Args:
        host: as ssh takes it.
        cache_dir: the cache folder, in which they are mirrored.
        home: where runs are kept over there; None for the default home there.

    Raises:
        HostUnreachable: saying why, and what to do.
    """

    def __init__(self, host: str, cache_dir: Path, home: str | None = None) -> None:
        self.host = host
        self._home = home
        self._link = _Link(host, home, asks=may_ask())
        try:
            self._mirror = MirrorHome(cache_dir, host)
        except OSError as error:
            self._link.close()
            raise HostUnreachable(
                host, f"its runs cannot be kept in {cache_dir}: {error.strerror}", lasting=True
            ) from error
        self.store = RunStore(self._mirror.path)
        """The runs that are followed, as any runs of this host."""

        self._numbers = itertools.count(1)
        self._waiting: dict[int, _Waiting] = {}
        self._lock = threading.Lock()
        self._every = False
        self._ready = True
        """Whether the other side knows what is followed, and this one what was asked there."""

        self._catching_up = 0
        """The number of the request that a new connection began with."""

        self._lost = ""
        self._closed = threading.Event()
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._receive, self._look)
        ]
        for thread in self._threads:
            thread.start()

    # --- what a person asks for

    def find(self, text: str) -> RunFolder:
        """Find the run a person means, as ``RunStore.find``, and follow it from now on. When this
        returns all that is known over there is known here.

        Raises:
            UnknownRun: there is none, or there are several.
            HostUnreachable: the connection was lost meanwhile.
        """
        try:
            found = self._ask(lambda number: Find(number, text))
        except FarError as error:
            raise UnknownRun(f"{self.host}: {error}") from error
        try:
            id = msgspec.msgpack.decode(found.value, type=RunId)
        except ValueError as error:
            raise FarError(f"{self.host} names a run by what is no run's name") from error
        return self.follow(id)

    def follow(self, id: str) -> RunFolder:
        """Follow a run, until the connection is closed; returns when all of it is here.

        Raises:
            UnknownRun: it is not there.
            HostUnreachable: the connection was lost meanwhile.
        """
        run = self._mirror.run(id)
        self._ask(lambda number: Follow(number, {id: dict(run.known)}))
        if id not in self._mirror.known:
            raise UnknownRun(f"there is no run {id!r} on {self.host}")
        return RunFolder(run.path)

    def follow_all(self) -> None:
        """Follow every run of the host; returns when each is known, its events follow."""
        self._every = True
        self._ask(lambda number: Follow(number, {}, every=True))

    def summaries(self, *, deleted: bool) -> list[RunSummary]:
        """What became of every run of the host, or of the deleted ones.

        Raises:
            FarError: they cannot be listed.
            HostUnreachable: the connection was lost meanwhile.
        """
        answer = self._ask(lambda number: Summarise(number, deleted))
        try:
            found = msgspec.msgpack.decode(answer.value, type=_SUMMARIES)
        except (ValueError, RecursionError) as error:
            raise FarError(f"the runs of {self.host} cannot be understood") from error
        return [_clean(summary) for summary in found]

    def resume(self, run: RunFolder, epochs: int | None) -> None:
        """Go on with a run that is over, on its own host.

        Raises:
            FarError: it cannot be gone on with.
            HostUnreachable: the connection was lost meanwhile.
        """
        self._ask(lambda number: Resume(number, run.id, epochs))

    def look(self, run: RunFolder, moment: Moment, request: ViewRequest) -> Look:
        """Have a view computed on the run's own host, by weights that are in its folder.

        Raises:
            FarError: it cannot be computed.
            HostUnreachable: the connection was lost meanwhile.
        """
        asked = encode_request(request)
        answer = self._ask(lambda number: Compute(number, run.id, moment, asked))
        try:
            return decode_look(answer.value)
        except (ValueError, RecursionError) as error:
            raise FarError(f"what {self.host} computed cannot be understood") from error

    def kertui(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command of the kertui over there, in the home folder there.

        Returns:
            Its exit status, and what it printed as output and as errors.

        Raises:
            FarError: what it printed cannot be understood.
            HostUnreachable: the connection was lost meanwhile.
        """
        answer = self._ask(lambda number: Kertui(number, arguments), fails=False)
        try:
            printed = msgspec.msgpack.decode(answer.value or b"\xc4\x00", type=bytes)
        except ValueError as error:
            raise FarError(f"what kertui printed on {self.host} cannot be understood") from error
        return answer.status, printed.decode(errors="replace"), answer.error

    def close(self) -> list[str]:
        """End the connection and remove the mirror.

        Returns:
            The commands that did not reach the host, in words.
        """
        if self._closed.is_set():
            return []
        self._mirror.look()
        self._speak(labels=True)
        self._closed.set()
        with self._lock:  # one that is being made meanwhile is closed by who makes it
            link = self._link
        link.close()
        for thread in self._threads:
            thread.join(_ENDS)
        waiting = self._mirror.waiting()
        self._mirror.remove()
        return waiting

    def _ask(self, make: Any, *, fails: bool = True) -> Answer:
        waiting = _Waiting()
        with self._lock:
            number = next(self._numbers)
            self._waiting[number] = waiting
            lost = self._lost
        if not lost:
            with contextlib.suppress(OSError):  # told as a lost connection
                self._link.sender.send(make(number))
            waiting.done.wait()
        answer = waiting.answer
        with self._lock:
            self._waiting.pop(number, None)
        if answer is None:
            raise HostUnreachable(self.host, "the connection was lost; nothing was done")
        if answer.error and fails:
            raise FarError(some_lines(answer.error, _LONGEST))
        return answer

    # --- what comes

    def _receive(self) -> None:
        while not self._closed.is_set():
            why, lasting = "", False
            try:
                while (message := self._link.receiver.next()) is not None:
                    self._take(message)
            except OSError as error:
                why = f" (its runs cannot be kept: {error.strerror})"
            except UserError as error:
                why, lasting = f" ({error})", isinstance(error, MirrorFull)
            if self._closed.is_set():
                break
            self._link.close()
            self._lose(why, lasting=lasting)
            if lasting:
                break
            self._connect_again()
        self._give_up_waiting()

    def _take(self, message: Any) -> None:
        match message:
            case Answer():
                if message.number == self._catching_up:
                    with self._lock:
                        self._mirror_lost("")
                    self._ready = True
                with self._lock:
                    waiting = self._waiting.get(message.number)
                if waiting is not None:
                    waiting.answer = message
                    waiting.done.set()
            case Small() | More() | Told() | Looked() | Gone() | Took():
                self._mirror.take(message)
            case _:
                pass  # a sign of life, or what a later version says

    def _lose(self, why: str, *, lasting: bool) -> None:
        with self._lock:
            self._ready = False
            again = "" if lasting else f", {_AGAIN}"
            self._lost = f"connection to {self.host} lost{why}{again}"
            self._mirror_lost(self._lost)
        self._give_up_waiting()

    def _give_up_waiting(self) -> None:
        with self._lock:
            waiting = list(self._waiting.values())
        for one in waiting:
            one.done.set()

    def _connect_again(self) -> None:
        while not self._closed.wait(_TRY_EVERY):
            try:
                link = _Link(self.host, self._home, asks=False)
            except HostUnreachable as error:
                with self._lock:
                    self._lost = f"connection to {self.host} lost ({error.why}), {_AGAIN}"
                continue
            with self._lock:
                is_late = self._closed.is_set()
                if not is_late:
                    self._link, self._lost = link, ""
                    self._catching_up = next(self._numbers)
            if is_late:
                link.close()
                return
            follow = Follow(self._catching_up, self._mirror.known, self._every)
            with contextlib.suppress(OSError):  # lost again: the next read says so
                link.sender.send(follow)
            return

    def _mirror_lost(self, why: str) -> None:
        with contextlib.suppress(OSError):  # a full disk: what is read is old, and says so
            self._mirror.lose(why)

    # --- what is asked

    def _look(self) -> None:
        alive = labels = time.monotonic()
        while not self._closed.wait(_LOOK_EVERY):
            count = self._mirror.look()
            with self._lock:
                if lost := self._lost:
                    wait = f"; {counted(count, 'command')} will be sent then" if count else ""
                    self._mirror_lost(lost + wait)
            if lost:
                continue
            now = time.monotonic()
            with_labels = now - labels >= _LABELS_EVERY
            labels = now if with_labels else labels
            self._speak(labels=with_labels)
            if now - alive >= ALIVE_EVERY:
                alive = now
                with contextlib.suppress(OSError):
                    self._link.sender.send(Alive())

    def _speak(self, *, labels: bool) -> None:
        if not self._ready:
            return
        with contextlib.suppress(OSError):  # lost: it goes over with the next one
            for message in self._mirror.new(labels=labels):
                self._link.sender.send(message)


@contextlib.contextmanager
def _no_interrupts() -> Any:
    """Start a process that Ctrl-C does not end: what is pressed is for kertui. ssh still hears it
    while it asks for a passphrase."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # no main thread: nobody presses anything
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _clean(summary: RunSummary) -> RunSummary:
    """A summary without what could steer a terminal."""
    texts = {
        field.name: one_line(value)
        for field in fields(summary)
        if type(value := getattr(summary, field.name)) is str
    }
    return replace(summary, **texts)  # type: ignore[arg-type]
