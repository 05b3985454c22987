"""A story from its first act to its last, in a home of its own that goes with it."""

from __future__ import annotations

import contextlib
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kertasks.runs.home.store import RunStore
from kertui.demo.player import Progress
from kertui.first_shown import FirstRun
from kertui.terminal.crash import CRASH_LOG

if TYPE_CHECKING:
    from kertui.app import KertuiApp
    from kertui.demo.story import Story
    from kertui.first_shown import FirstShown
    from kertui.service.training_service import TrainingService
    from kertui.terminal.capabilities import Capabilities

_STOPS_WITHIN: Final = 20.0
"""Seconds that trainings have to stop before their home is removed."""

_PROMPT: Final = "$ "
_TYPED: Final = 0.08
"""Seconds between two characters of the command that opens kertui again."""


@contextlib.contextmanager
def home_of_demo() -> Iterator[Path]:
    """A home that nobody else may read, which is removed with its runs in the end; but not where it
    has the record of a fault of ours."""
    home = Path(tempfile.mkdtemp(prefix="kertui-demo-"))
    try:
        yield home
    finally:
        _stop_all(home)
        if not (home / CRASH_LOG).exists():
            shutil.rmtree(home, ignore_errors=True)


def _stop_all(home: Path) -> None:
    from kertui.dialogs.quit import stop_trainings

    runs = [run for run in RunStore(home).runs() if not run.state().is_over]
    stop_trainings(runs)
    until = time.monotonic() + _STOPS_WITHIN
    while any(not run.state().is_over for run in runs) and time.monotonic() < until:
        time.sleep(0.1)


def play(story: Story, opens: Callable[..., int], *, speed: float, ends: bool) -> Progress:
    """Play a story once, in the home that the environment names.

    Args:
        story: which one.
        opens: opens the interface and gives the exit status, as ``run_interface`` does of what it
            is told beside home and terminal.
        speed: how much shorter pauses are.
        ends: whether the interface is left by itself in the end.

    Returns:
        What became of it.
    """
    from kertasks.user_folders import default_home

    progress = Progress(story, speed, ends)
    for act, steps in enumerate(story.acts):
        progress.act = act
        first = None
        if command := story.steps[steps[0]].shell:
            _type(command, speed)
            first = FirstRun(RunStore(default_home()).find("last"))
        with _signals_as_they_were():
            progress.status = opens(first=first, makes=partial(_make, progress))
        if progress.status or progress.failure or progress.taken_over:
            break
    return progress


@contextlib.contextmanager
def _signals_as_they_were() -> Iterator[None]:
    """Give signals back that an interface catches for itself: it may be gone when they come."""
    before = {number: signal.getsignal(number) for number in signal.valid_signals()}
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None and signal.getsignal(number) is not handler:
                signal.signal(number, handler)


def _make(
    progress: Progress,
    service: TrainingService,
    capabilities: Capabilities,
    first: FirstShown | None,
) -> KertuiApp:
    from kertui.demo.demo_app import DemoApp

    return DemoApp(service, capabilities, first, progress)


def _type(command: str, speed: float) -> None:
    """Show the command as if it were typed to a shell."""
    for character in f"{_PROMPT}{command}\n":
        print(character, end="", flush=True)
        time.sleep(_TYPED / speed)
