"""``kertui sweep --script --dry-run``: which commands would be run."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kertasks.groups.script_sweep.asked import ScriptSweep, run_command
from kertasks.text.numbers import counted
from kertui.cli.groups.script_sweep.tried_arguments import near_path
from kertui.cli.groups.sweep.dry_run import first_trials

_SHOWN = 10


def print_dry_run(sweep: ScriptSweep, *, as_json: bool) -> None:
    """Say which commands the first trials are, and how many there are in all."""
    first = first_trials(sweep)
    part = sweep.parts[0]
    script = near_path(Path(sweep.script))
    commands = [run_command(script, part.words(values)) for values in first[:_SHOWN]]
    if as_json:
        said = {
            "event": "planned",
            "search": sweep.search,
            "trials": sweep.trials,
            "runs": sweep.runs,
            "paths": [one.path for one in sweep.dimensions],
            "first": [list(values) for values in first[:_SHOWN]],
            "commands": commands,
        }
        click.echo(json.dumps(said))
        return
    for command in commands:
        click.echo(command)
    left = sweep.trials - len(commands)
    if left:
        later = "" if sweep.search == "grid" else f", chosen as {sweep.search} goes on"
        click.echo(f"and {counted(left, 'more trial')}{later}")
    of = f" of {counted(sweep.seeds, 'seed')}" if sweep.seeds > 1 else ""
    click.echo(
        f"{counted(sweep.trials, 'trial')}{of}: {script} is run {counted(sweep.runs, 'time')}"
    )
