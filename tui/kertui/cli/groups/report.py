"""What is told of a group, whatever its kind: each has a report of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.folder import GroupState
from kertasks.groups.script_sweep.asked import ScriptSweep
from kertasks.runs.state import RunState

if TYPE_CHECKING:
    from kertasks.groups.folder import GroupFolder
    from kertasks.groups.history import GroupHistory
    from kertasks.groups.record import GroupRecord
    from kertui.cli.progress.status_line import StatusLine


class GroupReport(Protocol):
    """Tells of one group, by what is known of its runs."""

    def title(self) -> str:
        """What was asked, in a line."""
        ...

    def progress(self, line: StatusLine, taken: float) -> list[str]:
        """How far it is, in words; none while no epoch is done.

        Args:
            line: they are shown on.
            taken: seconds since the first epoch was done.
        """
        ...

    def lines(self) -> Iterator[str]:
        """What it came to, for people."""
        ...

    def results(self) -> dict[str, Any]:
        """What it came to, for programs."""
        ...

    def whole(self) -> str:
        """How many of what it consists of are done, in words."""
        ...


def report_of(group: GroupHistory) -> GroupReport:
    """What tells of a group, by its kind."""
    asked = group.record.asked
    if isinstance(asked, CrossValidation):
        from kertui.cli.groups.cross_validation.report import CrossValidationReport

        return CrossValidationReport(group)
    from kertui.cli.groups.sweep.report import SweepReport

    if isinstance(asked, ScriptSweep):
        from kertui.cli.groups.script_sweep.tried_arguments import TriedArguments

        return SweepReport(group, TriedArguments(asked))
    from kertui.cli.groups.sweep.tried_recipes import TriedRecipes

    return SweepReport(group, TriedRecipes(group.group, group.record, asked))


def what_was_asked(record: GroupRecord) -> str:
    """A group in a few words: ``4 folds of boston, book``."""
    return f"{record.asked.words} of {record.task}, {record.recipe}"


def group_line(group: GroupFolder, known: Mapping[str, RunState]) -> str:
    """A group in a line, for a list.

    Args:
        group: the group.
        known: what runs are doing, by their ids, as far as it was looked at.

    Raises:
        GroupDamaged: its record cannot be read.
    """
    record = group.record()

    @cache
    def states() -> dict[str, RunState]:
        return {
            one.key: known[one.run] if one.run in known else group.run(one).state()
            for one in group.members()
        }

    state = group.state(states)
    runs = f"{record.asked.runs} runs"
    if state is not GroupState.FINISHED:
        done = sum(one is RunState.FINISHED for one in states().values())
        runs = f"{done}/{runs} finished"
    return f"group {group.id}: {what_was_asked(record)}; {runs}; {state}"
