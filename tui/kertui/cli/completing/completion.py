"""``kertui completion SHELL``: the script by which a shell completes kertui's words."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_HOW = {
    "bash": 'eval "$(kertui completion bash)"   # in ~/.bashrc; needs bash 4.4',
    "zsh": 'eval "$(kertui completion zsh)"    # in ~/.zshrc, after compinit',
    "fish": "kertui completion fish | source   # in ~/.config/fish/config.fish",
}


@click.command(
    short_help="Print what makes a shell complete commands, runs and tasks.",
    epilog="\b\n" + "\n".join(_HOW.values()),
)
@click.argument("shell", type=click.Choice(list(_HOW)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script for SHELL that completes commands, options, tasks, recipes, tabs and runs."""
    found = get_completion_class(shell)
    assert found is not None  # noqa: S101 - click has all three
    # The script alone: click's ``source`` first starts a bash, to ask for its version.
    made = found(ctx.find_root().command, {}, "kertui", "_KERTUI_COMPLETE")
    click.echo(made.source_template % made.source_vars())
