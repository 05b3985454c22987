"""Asks for one of the groups of the home."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from textual.screen import Screen

from kertasks.errors import UserError
from kertasks.groups.folder import GroupFolder
from kertasks.groups.store import GroupStore
from kertasks.runs.state import RunState
from kertasks.text.numbers import ago, counted
from kertui.dialogs.dialog import Choice, Question
from kertui.terminal.glyphs import glyphs_for

_MOST = 50
"""Groups that are offered, the newest first: older ones are found by their runs."""


def choose_group(
    screen: Screen[Any], store: GroupStore, then: Callable[[GroupFolder | None], None]
) -> None:
    """Ask for a group, once they were read in a thread.

    Args:
        screen: over which it is asked.
        store: whose groups.
        then: is given the group, or None for escape; not called where there is none.
    """
    screen.run_worker(
        partial(_read, screen, store, then), thread=True, group="read groups", exclusive=True
    )


def _read(
    screen: Screen[Any], store: GroupStore, then: Callable[[GroupFolder | None], None]
) -> None:
    try:
        choices = [choice for group in store.groups()[:_MOST] if (choice := _choice(screen, group))]
    except UserError as error:
        screen.call_later(partial(screen.notify, str(error), severity="error", markup=False))
        return
    screen.call_later(_ask, screen, choices, then)


def _choice(screen: Screen[Any], group: GroupFolder) -> Choice[GroupFolder] | None:
    """A group in two lines; None for one that cannot be read."""
    signs = glyphs_for(screen.app)
    try:
        record, states = group.record(), group.states()
        state = group.state(lambda: states)
    except UserError:
        return None
    done = sum(one is RunState.FINISHED for one in states.values())
    runs = f"{done}/{counted(record.asked.runs, 'run')}"
    said = f" {signs.dot} ".join((str(state), runs, ago(time.time() - record.created)))
    into = f" {signs.into} "
    return Choice(group, into.join((record.task, record.recipe, record.asked.words)), said)


def _ask(
    screen: Screen[Any],
    choices: list[Choice[GroupFolder]],
    then: Callable[[GroupFolder | None], None],
) -> None:
    if choices:
        screen.app.push_screen(Question("Which group of runs?", "", choices), then)
    else:
        screen.notify("There is no group of runs: V in a workbench begins one.")
