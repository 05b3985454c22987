"""``kertui sweep --script FILE``: a person's own program with many values of its arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kertasks.groups.sweep.wishes import Wishes
from kertui.cli.groups.how import How
from kertui.cli.options import home_of

if TYPE_CHECKING:
    from kertasks.groups.folder import GroupFolder
    from kertasks.groups.script_sweep.asked import ScriptSweep


def sweep_script(
    ctx: click.Context,
    asked: ScriptSweep,
    wishes: Wishes,
    how: How,
) -> None:
    """Run a program for each trial, and rank the trials by what its last training came to.

    Args:
        ctx: of the command; it ends with its status.
        asked: what is asked.
        wishes: the same, as it was typed.
        how: it is begun and followed.

    Raises:
        GroupRefused: every trial failed, or the program cannot be started.
    """
    if how.dry_run:
        from kertui.cli.groups.script_sweep.dry_run import print_dry_run

        print_dry_run(asked, as_json=how.as_json)
        return
    from kertasks.groups.own_word import keep_mark
    from kertasks.groups.script_sweep.asked import argument
    from kertasks.groups.store import GroupStore
    from kertui.cli.groups.beginning import begin_and_follow

    varied = " ".join(argument(one.path, "")[0] for one in asked.dimensions)

    def make() -> GroupFolder:
        group = GroupStore(home_of(ctx)).create_of_script(
            asked, called=varied, workers=how.workers, judge=wishes.judge
        )
        keep_mark(group, asked)
        return group

    _, status = begin_and_follow(make, detach=how.detach, as_json=how.as_json)
    ctx.exit(status)
