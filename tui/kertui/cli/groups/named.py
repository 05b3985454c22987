"""Whether a person names a group of runs where a command takes a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kertui.cli.options import home_of

if TYPE_CHECKING:
    from kertasks.groups.folder import GroupFolder


def group_named(ctx: click.Context, text: str) -> GroupFolder | None:
    """The group of that id, or of a part of it that neither another group has nor any run; None
    where a run is meant, or nothing."""
    from kertasks.groups.store import GroupStore
    from kertasks.runs.home.store import RunStore

    home = home_of(ctx)
    found = GroupStore(home).matching(text)
    if len(found) != 1:
        return None
    (group,) = found
    is_run_too = group.id != text and any(text in run.id for run in RunStore(home).runs())
    return None if is_run_too else group
