"""The names that a shell completes: of runs, tasks, recipes, tabs and stories.

All from files that are read at once; neither Keras nor Textual is imported.
"""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, Final

import click
from click.shell_completion import CompletionItem, split_arg_string

from kertasks.errors import UserError
from kertui.cli.options import home_of

_MOST_RUNS: Final = 200
"""The newest runs that are offered: a shell shows no more, and every label is a file."""

Names = Iterable[tuple[str, str]]
"""Names, each with what is said of it where the shell has room; that may be empty."""


def _runs(ctx: click.Context) -> Names:
    from kertasks.runs.home.label import read_label
    from kertasks.runs.home.store import RunStore

    yield "last", "the newest run"
    for run in islice(RunStore(home_of(ctx)).newest_first(), _MOST_RUNS):
        yield run.id, read_label(run.path).name


def _tasks(_: click.Context) -> Names:
    from kertasks.registry import all_tasks

    return [(task.name, task.title) for task in all_tasks()]


def _recipes(_: click.Context) -> Names:
    from kertasks.registry import all_tasks

    # click stops reading at an option that has no value yet, and has not seen the task then.
    words = split_arg_string(os.environ.get("COMP_WORDS", ""))
    for task in all_tasks():
        if task.name in words:
            return [(recipe.name, recipe.summary) for recipe in task.recipes.values()]
    return []


def _tabs(_: click.Context) -> Names:
    from kertui.live import tabs  # by their files: a tab itself is a widget, and imports Textual

    return [(module.name, "") for module in pkgutil.iter_modules(tabs.__path__)]


def _stories(_: click.Context) -> Names:
    from kertui.demo.story_files import story_names

    return [(name, "") for name in story_names()]


class _Named(click.types.StringParamType):
    """A text of which a shell may complete what is known.

    Args:
        names: gives the names there are.
        files: whether a file's path may stand there too.
    """

    def __init__(self, names: Callable[[click.Context], Names], *, files: bool = False) -> None:
        self._names, self._files = names, files

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002 - click gives it
        incomplete: str,
    ) -> list[CompletionItem]:
        """The names that begin so; files where none does. A fault of the files is none of the
        shell's, which is offered nothing then."""
        try:
            found = [
                CompletionItem(name, help=said or None)
                for name, said in self._names(ctx)
                if name.startswith(incomplete)
            ]
        except (UserError, OSError):
            found = []
        return found or ([CompletionItem(incomplete, type="file")] if self._files else [])


_TYPES: Final[dict[str, click.types.StringParamType]] = {
    "run": _Named(_runs, files=True),
    "other": _Named(_runs),
    "task": _Named(_tasks, files=True),
    "recipe_name": _Named(_recipes, files=True),
    "tab": _Named(_tabs),
    "story": _Named(_stories),
}
"""By the names that parameters have in all commands."""


def complete_names(command: click.Command) -> None:
    """Have a shell complete the names that a command, and those below it, take."""
    for parameter in command.params:
        plain = type(parameter.type) is click.types.StringParamType
        if plain and parameter.name in _TYPES:
            parameter.type = _TYPES[parameter.name]
    below: dict[str, Any] = getattr(command, "commands", {})
    for each in below.values():
        complete_names(each)
