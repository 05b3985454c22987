"""The near side of a connection to a host that answers late, or by what cannot be understood."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from tests.support.waiting import wait_until

from kertui.hosts import connection
from kertui.hosts.connection import FarError, HostConnection

FAR_SIDE = """
import os, sys, time
from pathlib import Path

from kertui import __version__
from kertui.hosts.messages import PROTOCOL, Answer, FromNear, Hello, Kertui, Receiver, Sender

folder = Path({folder!r})
is_second = (folder / "first").exists()
(folder / ("second" if is_second else "first")).write_text(str(os.getpid()))
while is_second and not (folder / "go").exists():
    time.sleep(0.01)
sender = Sender(sys.stdout.buffer)
sender.begin()
sender.send(Hello(PROTOCOL, __version__))
for message in iter(Receiver(sys.stdin.buffer, FromNear).next, None):
    if isinstance(message, Kertui):
        sender.send(Answer(message.number, b"\\xff"))
        break
while is_second and sys.stdin.buffer.read(1):
    pass
"""


def is_there(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def test_nonsense_is_said_and_a_connection_that_comes_late_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far_side = tmp_path / "far_side.py"
    far_side.write_text(FAR_SIDE.format(folder=str(tmp_path)))
    monkeypatch.setenv("KERTUI_SSH", shlex.join([sys.executable, str(far_side)]))
    monkeypatch.setattr(connection, "_TRY_EVERY", 0.05)
    monkeypatch.setattr(connection, "_ENDS", 0.2)
    host = HostConnection("gpu1", tmp_path)
    with pytest.raises(FarError, match="what kertui printed on gpu1 cannot be understood"):
        host.kertui("runs")

    # It has ended with that, and a second one is being made.
    second, go = tmp_path / "second", tmp_path / "go"
    wait_until(lambda: second.exists() and second.read_text())
    pid = int(second.read_text())
    host.close()
    go.touch()
    wait_until(lambda: not is_there(pid))
