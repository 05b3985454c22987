"""Commands whose misspelling is answered with the nearest right spelling."""

from __future__ import annotations

import click

from kertasks.errors import describe_unknown


class SpellingGroup(click.Group):
    """A group that names the nearest command for one that it does not have."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was probably meant."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            ctx.fail(self.describe_unknown_command(ctx, name))
        return super().resolve_command(ctx, args)

    def describe_unknown_command(self, ctx: click.Context, name: str) -> str:
        """One sentence with the nearest command; a task's name means ``train``."""
        from kertasks.registry import all_tasks

        if any(task.name == name for task in all_tasks()) and "train" in self.commands:
            return f"there is no command {name!r}; did you mean {f'train {name}'!r}?"
        return describe_unknown("command", name, self.list_commands(ctx))
