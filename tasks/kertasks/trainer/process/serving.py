"""The trainer's end of the socket: reads requests, answers them, notices who is gone.

Loading and describing data needs no Keras and has a thread of its own, as has what learns next to
nothing and takes longer; what needs Keras waits for the main thread, where Keras is imported and
where training must run.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import socket
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from kertasks.errors import UserError
from kertasks.text.error_text import described
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.process.claiming import ClaimedRun

Answer: TypeAlias = Callable[[Mapping[str, Any]], dict[str, Any]]
Begin: TypeAlias = Callable[[Mapping[str, Any]], ClaimedRun]


class HasItsRun(UserError):
    """A trainer was given a run while it trains one."""

    def __init__(self) -> None:
        super().__init__("this trainer process has its run already")


class Server:
    """Serves one interface until it is gone or has given a run, or a group's runner until that is
    gone and the run it gave last is over.

    Args:
        connection: the inherited end of the socket pair.
        begin: called with the request when a run is given, before the answer goes out; what it
            raises is the answer.
        stays: whether it takes the next run after one is over. Else who gave it a run needs it no
            more, and it ends after it.
        ends_at_once: whether it ends with who started it, be it within a run.
    """

    def __init__(
        self,
        connection: socket.socket,
        begin: Begin,
        *,
        stays: bool = False,
        ends_at_once: bool = False,
    ) -> None:
        self.datasets = DatasetCache()
        self.claimed: ClaimedRun | None = None
        """The run this process was given; set before it is answered."""

        self.stays = stays
        self._ends_at_once = ends_at_once
        self._gone = False
        self._turn = threading.Lock()
        """Held while it is decided whether there is a run to be trained, or nobody to ask."""

        self._connection = connection
        self._begin = begin
        self._sending = threading.Lock()
        self._for_keras: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._to_describe: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._to_compare: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        works = {
            "requests": self._read,
            "describe": self._describe,
            "compare": self._compare,
        }
        for name, work in works.items():
            threading.Thread(target=work, name=name, daemon=True).start()

    def serve_until_run(self, answer: Answer, warm_up: Callable[[], None]) -> ClaimedRun:
        """Answer what needs Keras; return the run once one is given.

        Args:
            answer: carries out a request; its errors are sent as they are.
            warm_up: called once, as soon as nobody waits for an answer or is about to give a run;
                then the interface is told that this process is warm.
        """
        warm = run_is_next = False
        while True:
            if self.claimed is not None:
                return self.claimed
            if not warm and not run_is_next and self._for_keras.empty():
                warm_up()
                warm = True
                self._send({"event": "warm"})
            request = self._for_keras.get()
            if request is not None:
                self._answer(request, answer)
                run_is_next = bool(request.get("then_train"))

    def run_is_over(self) -> None:
        """Be ready for the next run; ends the process where nobody is left to give one."""
        with self._turn:
            if self._gone:
                os._exit(0)
            self.claimed = None
        self._send({"event": "over"})

    def _read(self) -> None:
        try:
            with self._connection.makefile("rb") as lines:
                for line in lines:
                    request = json.loads(line)
                    if request["op"] == "train":
                        if self._accept(request) and not self.stays:
                            return
                    elif request["op"] == "describe":
                        self._to_describe.put(request)
                    elif request["op"] == "baselines":
                        self._to_compare.put(request)
                    else:
                        self._for_keras.put(request)
                        if request["op"] == "check":
                            self._to_describe.put(request)
        except (OSError, ValueError, KeyError):
            traceback.print_exc()
        with self._turn:
            self._gone = True
            if self.claimed is None or self._ends_at_once:
                # It is gone and there is nothing to train for it: nobody needs this process.
                os._exit(0)

    def _accept(self, request: Mapping[str, Any]) -> bool:
        def begin(request: Mapping[str, Any]) -> dict[str, Any]:
            if self.claimed is not None:
                raise HasItsRun
            self.claimed = self._begin(request)
            return {"pid": os.getpid()}

        if not self._answer(request, begin):
            return False
        if not self.stays:
            with contextlib.suppress(OSError):  # the interface is gone already; the run goes on
                self._connection.shutdown(socket.SHUT_RDWR)
        self._for_keras.put(None)
        return True

    def _describe(self) -> None:
        while True:
            request = self._to_describe.get()
            if request["op"] == "describe":
                self._answer(request, self._description)
            elif self._to_describe.empty():
                self._load_for(request["recipe"])

    def _compare(self) -> None:
        while True:
            self._answer(self._to_compare.get(), self._baselines)

    def _baselines(self, request: Mapping[str, Any]) -> dict[str, Any]:
        from kertasks.recipes.json_form import from_json
        from kertasks.trainer.score_to_beat import baselines_of

        found = baselines_of(from_json(request["recipe"]), self.datasets)
        answer: dict[str, Any] = msgspec.to_builtins(found)
        return answer

    def _load_for(self, recipe: Mapping[str, Any]) -> None:
        """Load what a recipe that is being edited will be trained on, before it is asked for."""
        from kertasks.recipes.json_form import from_json

        # A mistake, or a missing file, is told to whoever asks for the data.
        with contextlib.suppress(Exception):
            self.datasets.for_recipe(from_json(recipe))

    def _description(self, request: Mapping[str, Any]) -> dict[str, Any]:
        from kertasks.data.described.describing import describe
        from kertasks.data.described.description import to_json
        from kertasks.registry import find_task

        task, variant, seed = request["task"], request["variant"], request["seed"]
        return to_json(describe(find_task(task), self.datasets.load(task, variant, seed)))

    def _answer(self, request: Mapping[str, Any], answer: Answer) -> bool:
        """Send what a request comes to; False where it failed."""
        message: dict[str, Any]
        try:
            message = {"answer": answer(request)}
        except Exception as error:
            said = str(error)
            if not isinstance(error, UserError):  # no mistake of a person's
                traceback.print_exc()
                said = described(error)
            message = {"error": said, "class": type(error).__name__}
        self._send({"id": request["id"], **message})
        return "answer" in message

    def _send(self, message: Mapping[str, Any]) -> None:
        data = (json.dumps(message) + "\n").encode()
        with self._sending:
            try:
                self._connection.sendall(data)
            except OSError:
                return  # the reading thread notices and decides
