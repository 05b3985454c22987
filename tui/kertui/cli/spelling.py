"""Commands whose misspelling is answered with the nearest right spelling."""

from __future__ import annotations

import click

from kertasks.errors import describe_unknown


class SpellingGroup(click.Group):
    """A group that names the nearest command for one that it does not have."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was probably meant; a task's name means ``train``."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            from kertasks.registry import all_tasks

            if any(task.name == name for task in all_tasks()) and "train" in self.commands:
                ctx.fail(f"there is no command {name!r}; did you mean {f'train {name}'!r}?")
            ctx.fail(describe_unknown("command", name, self.list_commands(ctx)))
        return super().resolve_command(ctx, args)
