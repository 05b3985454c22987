"""One group's folder, ``<home>/groups/<id>``: its files, its runs and what it is doing.

``group.json`` and ``recipe.toml`` say what was asked, ``runs.jsonl`` which runs there are, and
``trials.jsonl`` what each trial of a sweep tries; of a person's own program ``scripts`` has what
each start of it told. What came of them is in the runs' own folders and nowhere else. As long as a
runner works for the group it holds the lock on ``runner.pid``; what is asked of it comes by
``control.json``.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec.structs import force_setattr

from kertasks.errors import UserError
from kertasks.files import open_to_append, read_small, write_text
from kertasks.groups.lines import NewLines, append_line
from kertasks.groups.record import GroupRecord, Member, decode_member, decode_record
from kertasks.recipes.recipe import Recipe
from kertasks.records import learn
from kertasks.runs.folder import RunFolder
from kertasks.runs.signs.heartbeat import is_fresh, is_locked
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import read_commands, write_command
from kertasks.text.plain_text import some_lines

COMMANDS = (SteeringCommand.PAUSE, SteeringCommand.RESUME, SteeringCommand.STOP)
"""What can be asked of a group: it is asked of each of its runs."""

_STARTING = 5.0
"""Seconds that a runner may take until it holds its lock."""


_LONGEST_REFUSAL = 2_000
"""Characters of it that are kept."""


class GroupDamaged(UserError):
    """A group's folder lacks a file it must have, or holds one that cannot be read."""


class GroupIsOver(UserError):
    """A command came for a group that nothing works for."""


class HasItsRunner(UserError):
    """A second runner was started for a group."""


class GroupState(StrEnum):
    """What a group is doing."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    """All its runs are; or all trials of a sweep are over, some of which may have failed."""

    FAILED = "failed"
    """Nothing works for it, and a run of it failed."""

    STOPPED = "stopped"
    """Nothing works for it, and some of its runs are not finished, or not begun."""

    @property
    def goes_on(self) -> bool:
        """Whether a runner works for it."""
        return self in (GroupState.RUNNING, GroupState.PAUSED)


class Refusal(msgspec.Struct, frozen=True):
    """Why a group has no runs: what was wrong before the first could begin."""

    text: str
    is_wrong_recipe: bool
    """Whether what was asked is at fault, not the world it met."""

    def __post_init__(self) -> None:
        force_setattr(self, "text", some_lines(self.text, _LONGEST_REFUSAL))


learn(Refusal)


class GroupRefused(UserError):
    """No run of a group could be begun."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.text)
        self.is_wrong_recipe = refusal.is_wrong_recipe


@dataclass(frozen=True, slots=True)
class GroupFolder:
    """A group by its folder. It holds nothing in memory: every answer is read from disk."""

    path: Path

    @property
    def id(self) -> str:
        """The folder's name, for example ``20261122-031500-boston-book-4-folds``."""
        return self.path.name

    @property
    def record_path(self) -> Path:
        """The path of ``group.json``, which says what was asked."""
        return self.path / "group.json"

    @property
    def recipe_path(self) -> Path:
        """The path of ``recipe.toml``, which the recipes of its runs are made of."""
        return self.recipe_path_of(1)

    def recipe_path_of(self, number: int) -> Path:
        """The path of one of several such recipes, counted from 1: ``recipe-2.toml``."""
        return self.path / ("recipe.toml" if number == 1 else f"recipe-{number}.toml")

    @property
    def members_path(self) -> Path:
        """The path of ``runs.jsonl``, which says which runs it has."""
        return self.path / "runs.jsonl"

    @property
    def trials_path(self) -> Path:
        """The path of ``trials.jsonl``, which says what each trial of a sweep tries."""
        return self.path / "trials.jsonl"

    @property
    def study_path(self) -> Path:
        """The path of ``study.db``, a sweep as a study of Optuna's, for Optuna's own tools."""
        return self.path / "study.db"

    @property
    def over_path(self) -> Path:
        """The path of ``over.json``, which is there once a sweep is over, with what was found out
        last."""
        return self.path / "over.json"

    @property
    def control_path(self) -> Path:
        """The path of ``control.json``, which holds the commands to its runner."""
        return self.path / "control.json"

    @property
    def lock_path(self) -> Path:
        """The path of ``runner.pid``, the number of the process that works for it."""
        return self.path / "runner.pid"

    @property
    def log_path(self) -> Path:
        """The path of ``runner.log``, which has what its runner prints."""
        return self.path / "runner.log"

    @property
    def refusal_path(self) -> Path:
        """The path of ``refused.json``, which is there where no run could be begun."""
        return self.path / "refused.json"

    def record(self) -> GroupRecord:
        """Read what was asked.

        Raises:
            GroupDamaged: it is not there, or no such record.
        """
        try:
            return decode_record(read_small(self.record_path))
        except OSError as error:
            why = error.strerror or type(error).__name__
        except (ValueError, RecursionError) as error:
            why = str(error)
        raise GroupDamaged(f"{self.record_path} cannot be read: {why}")

    def write_record(self, record: GroupRecord) -> None:
        """Write what is asked, whole.

        Raises:
            OSError: it cannot be written.
        """
        text = msgspec.json.format(msgspec.json.encode(record), indent=2).decode()
        write_text(self.record_path, f"{text}\n")

    def recipe(self, number: int = 1) -> Recipe:
        """Read the recipe that was asked for, or another one of several.

        Args:
            number: which, from 1.

        Raises:
            kertasks.RecipeError: it was changed into what is no recipe.
            GroupDamaged: it cannot be read.
        """
        from kertasks.recipes.toml_file import parse_recipe

        path = self.recipe_path_of(number)
        try:
            text = read_small(path).decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise GroupDamaged(f"{path} cannot be read: {error}") from error
        return parse_recipe(text, str(path))

    def recipes(self) -> list[Recipe]:
        """Read all recipes that were asked for: one, or those that a sweep compares.

        Raises:
            kertasks.RecipeError: one was changed into what is no recipe.
            GroupDamaged: one cannot be read.
        """
        found = [self.recipe()]
        while self.recipe_path_of(len(found) + 1).exists():
            found.append(self.recipe(len(found) + 1))
        return found

    def planned_epochs(self) -> int | None:
        """Epochs that each of its runs trains, by its recipe; None where it has none, for they are
        of a person's own program.

        Raises:
            kertasks.RecipeError, GroupDamaged: as of ``recipe``.
        """
        return self.recipe().fit.epochs if self.recipe_path.exists() else None

    def members(self) -> list[Member]:
        """List the runs that were begun, in their order; a run that took another's place stands in
        its place. A line that is none, or half written, is passed over."""
        lines = self.new_members().read()
        return list({member.key: member for member in lines}.values())

    def new_members(self) -> NewLines[Member]:
        """Reads the runs as they are begun, and those that are gone on with."""
        return NewLines(self.members_path, decode_member)

    def add_member(self, member: Member) -> None:
        """Write down that a run belongs to it, or is gone on with. Only its runner may.

        Raises:
            OSError: it cannot be written.
        """
        append_line(self.members_path, member)

    def run(self, member: Member) -> RunFolder:
        """One of its runs."""
        return RunFolder(self.path.parents[1] / "runs" / member.run)

    def refusal(self) -> Refusal | None:
        """Why no run could be begun; None where nothing says so."""
        try:
            return msgspec.json.decode(read_small(self.refusal_path), type=Refusal)
        except (OSError, ValueError):
            return None

    def refuse(self, refusal: Refusal) -> None:
        """Write down why no run can be begun.

        Raises:
            OSError: it cannot be written.
        """
        write_text(self.refusal_path, msgspec.json.encode(refusal).decode())

    @property
    def has_runner(self) -> bool:
        """Whether a process works for it, or is being started."""
        locked = is_locked(self.lock_path)
        return bool(locked) or (not self.lock_path.exists() and is_fresh(self.path, _STARTING))

    def lock(self) -> int:
        """Take the group for this process; returns the descriptor that holds the lock until it is
        closed, or the process ends.

        Raises:
            HasItsRunner: another process has it.
            OSError: the folder cannot be written in.
        """
        descriptor = open_to_append(self.lock_path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise HasItsRunner(f"a process works for the group {self.id} already") from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        return descriptor

    def runner_pid(self) -> int | None:
        """The process that works for it, as far as it is one of this host; None where none does."""
        try:
            return int(read_small(self.lock_path)) if self.has_runner else None
        except (OSError, ValueError):
            return None

    @property
    def is_asked_to_pause(self) -> bool:
        """Whether its runner begins no run now: to pause is the last that was asked of it."""
        asked = [one.name for one in read_commands(self.control_path) if one.name in COMMANDS]
        return asked[-1:] == [SteeringCommand.PAUSE]

    def run_ids(self) -> set[str]:
        """The ids of its runs, with those that others took the place of; none where they cannot be
        read."""
        try:
            return {member.run for member in self.new_members().read()}
        except OSError:
            return set()

    def states(self) -> dict[str, RunState]:
        """What its runs are doing that were begun, by key."""
        return {member.key: self.run(member).state() for member in self.members()}

    def state(self, states: Callable[[], dict[str, RunState]] | None = None) -> GroupState:
        """Find what it is doing.

        Args:
            states: what its runs are doing, where that is known already.

        Raises:
            GroupDamaged: its record cannot be read.
        """
        works = self.has_runner
        is_over = self.over_path.exists()
        if not works and is_over and self.record().asked.is_done(0, over=True):
            return GroupState.FINISHED  # that of thousands of runs is told without a look at them
        found = list((states or self.states)().values())
        going = [state for state in found if not state.is_over]
        if works:
            all_wait = all(state is RunState.PAUSED for state in going)
            paused = all_wait if going else self.is_asked_to_pause
            return GroupState.PAUSED if paused else GroupState.RUNNING
        finished = sum(state is RunState.FINISHED for state in found)
        if self.record().asked.is_done(finished, over=is_over):
            return GroupState.FINISHED
        failed = RunState.FAILED in found or self.refusal() is not None
        return GroupState.FAILED if failed else GroupState.STOPPED

    def send(self, command: SteeringCommand) -> None:
        """Ask something of its runner, which asks it of each run.

        Raises:
            GroupIsOver: nothing works for it.
            GroupDamaged: the folder cannot be written in.
            kertasks.UserError: its runner does not answer.
        """
        if not self.has_runner:
            raise GroupIsOver(f"group {self.id} is over ({self.state()}): nothing was changed")
        try:
            write_command(self.control_path, command)
        except OSError as error:
            raise GroupDamaged(f"cannot write {self.control_path}: {error.strerror}") from error
