"""``kertui demo [STORY]``: the real program shows itself to others, with real trainings."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import click

from kertui.cli.options import set_until_end, use_home

if TYPE_CHECKING:
    from kertui.demo.story import Story

_LEAST_COLUMNS, _LEAST_ROWS = 80, 24
"""The terminal that stories are made for."""

_BETWEEN_ROUNDS = 3.0
"""Seconds before a story begins anew, in which Ctrl-C ends the command."""

_FAILED = 1


@click.command(short_help="Show kertui to others: a story that presses its keys itself.")
@click.argument("story", required=False)
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 100),
    default=1.0,
    metavar="N",
    help="Pauses are N times as short (default 1); trainings take as long as they take.",
)
@click.option("--loop", is_flag=True, help="Begin anew whenever it is over, for a booth.")
@click.option("--list", "lists", is_flag=True, help="Say which stories there are.")
@click.pass_context
def demo(ctx: click.Context, story: str | None, speed: float, loop: bool, lists: bool) -> None:
    """Show STORY (default: xor): real trainings, keys that press themselves, and a caption.

    Any key or click ends it: the interface is yours then. Its runs have a home of their own, which
    is removed in the end: yours is neither shown nor touched.
    """
    from kertui.demo.story import UnknownStory, find_story
    from kertui.demo.story_files import FIRST, story_names

    if lists:
        names = story_names()
        for name in names:
            found = find_story(name)
            click.echo(f"{name.ljust(max(map(len, names)))}   {found.title}{_lack(found, 'needs')}")
        return
    try:
        found = find_story(story or FIRST)
    except UnknownStory as error:
        raise click.UsageError(str(error)) from error
    if lack := _lack(found, "it needs"):
        raise click.ClickException(f"the story {found.name} cannot be played: {lack[3:]}")
    _require_room(ctx)
    while True:
        status = _play_once(ctx, found, speed, loop)
        if not loop:
            ctx.exit(status)
        click.echo("It begins anew in a moment; Ctrl-C ends it.")
        time.sleep(_BETWEEN_ROUNDS)


def _lack(story: Story, verb: str) -> str:
    """Which of its data files are not here and how to get them; empty where all are."""
    from kertasks.data.sources.data_files import FileState, state

    missing = [file for file in story.needs if state(file) is not FileState.HERE]
    if not missing:
        return ""
    return f" · {verb} {', '.join(missing)}: kertui data get {' '.join(missing)}"


def _require_room(ctx: click.Context) -> None:
    try:
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        return  # no terminal, which the interface says
    if columns < _LEAST_COLUMNS or rows < _LEAST_ROWS:
        ctx.fail(
            f"stories are made for {_LEAST_COLUMNS} by {_LEAST_ROWS} and more; "
            f"this terminal has {columns} by {rows}."
        )


def _play_once(ctx: click.Context, story: Story, speed: float, loop: bool) -> int:
    """Play a story in a new home; gives the exit status."""
    from kertasks.user_folders import TASKS_SETTING
    from kertui.demo.performance import home_of_demo, play

    # What a person has set up for work of their own is not for an audience.
    set_until_end(ctx, TASKS_SETTING, "")
    with home_of_demo() as home:
        use_home(ctx, home)
        progress = play(story, ctx.obj, speed=speed, ends=loop)
    if progress.failure:
        click.echo(progress.failure, err=True)
        return _FAILED
    if not loop:
        click.echo(
            "The runs of the demo were in a home of their own, and are gone with it.", err=True
        )
    return progress.status
