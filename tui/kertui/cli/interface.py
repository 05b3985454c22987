"""Opens the interface. Imports no click, which plain ``kertui`` starts without."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kertui.first_shown import FirstRun, FirstRuns, FirstShown
from kertui.terminal.asking.usable import why_unusable
from kertui.terminal.capabilities import detect, prepare_environment
from kertui.terminal.glyphs import Marker

if TYPE_CHECKING:
    from kertui.app import MakesApp
    from kertui.hosts.connection import HostConnection

_SWITCH_INTERVAL = 0.001
"""Seconds after which Textual's sending thread gets Python's lock; 0.005 unless it is set."""


_NO_TERMINAL = 2
"""The exit status where there is nothing to show the interface on, as for a wrong command."""


def run_interface(
    home: Path | None = None,
    *,
    spare: bool = True,
    spare_at_once: bool = True,
    advice: bool = True,
    marker: Marker | None = None,
    mouse: bool = True,
    first: FirstShown | None = None,
    notify: bool = False,
    host: HostConnection | None = None,
    makes: MakesApp | None = None,
) -> int:
    """Open the interface on this terminal.

    Args:
        home: where runs are kept; the default home for None.
        spare: whether a warm trainer process is kept.
        spare_at_once: whether it is started before anything is asked of it.
        advice: whether another process looks for what is wrong with recipes.
        marker: what curves are drawn with; None for what the terminal can show.
        mouse: ask the terminal to report the mouse.
        first: what is shown at once.
        notify: whether a person is told of every run that is begun or shown.
        host: another host, whose runs are shown; all of them at once without ``first``.
        makes: makes the app; ``KertuiApp`` does by default.

    Returns:
        The exit status.
    """
    # Imports make no garbage: searching for it would take a tenth of the time to the first paint.
    gc.disable()
    # The first frame, once drawn, does not wait until the second is. The app undoes both.
    sys.setswitchinterval(_SWITCH_INTERVAL)
    if reason := why_unusable(os.environ):
        print(f"The interface cannot be shown in this terminal: {reason}.", file=sys.stderr)
        shown = f" {first.run.address}" if isinstance(first, FirstRun) else ""
        print(
            "Without it: kertui train TASK (kertui tasks lists them), kertui runs, "
            f"kertui attach{shown} --once.",
            file=sys.stderr,
        )
        return _NO_TERMINAL
    capabilities = detect(marker, mouse=mouse)
    # Textual reads the environment while it is imported.
    prepare_environment(capabilities)
    from kertasks.runs.home.store import RunStore
    from kertasks.user_folders import cache_dir, default_home
    from kertui.app import run_app
    from kertui.service.training_service import TrainingService

    store = RunStore(home or default_home()) if host is None else host.store
    service = TrainingService(
        store,
        cache_dir(),
        spare=spare,
        spare_at_once=spare_at_once,
        advice=advice,
        notify=notify,
        far=host,
    )
    if isinstance(first, FirstRun):
        service.told.begin(first.run)
    elif first is None and host is not None:
        first = FirstRuns()
    try:
        return run_app(service, capabilities, first, makes)
    finally:
        service.close()
