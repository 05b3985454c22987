"""Follows the runs of a group: their events as they are told, live or long ago."""

from __future__ import annotations

from dataclasses import dataclass, field

from kertasks.groups.folder import GroupFolder
from kertasks.groups.lines import NewLines
from kertasks.groups.record import GroupRecord, Member
from kertasks.groups.sweep.trials import GivenUp, Tried, decode_trial_line
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Event, Finished
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory, state_of
from kertasks.runs.state import RunState


@dataclass(slots=True)
class MemberHistory:
    """One run of a group, and what its events said until now."""

    member: Member
    run: RunFolder
    history: RunHistory = field(default_factory=RunHistory)
    reader: EventReader = field(init=False)
    goes_on: bool = False
    """Whether it was taken up again after its end, and has not told anything since."""

    def __post_init__(self) -> None:
        self.reader = EventReader(self.run.events_path)

    def state(self) -> RunState:
        """What it is doing; one that has finished is not looked for among the processes, unless it
        was taken up again."""
        ended = self.history.ended
        if isinstance(ended, Finished) and not self.goes_on:
            return state_of(ended)
        return self.run.state()


class GroupHistory:
    """All that is known of a group's runs.

    Args:
        group: whose.

    Blocks on files: call it from a thread.

    Raises:
        GroupDamaged: its record cannot be read.
    """

    def __init__(self, group: GroupFolder) -> None:
        self.group = group
        self.record: GroupRecord = group.record()
        self.members: dict[str, MemberHistory] = {}
        """The runs that were begun, by key."""

        self.trials: dict[int, Tried] = {}
        """What each trial of a sweep tries, by its number from 1."""

        self.given_up: dict[int, GivenUp] = {}
        """The trials that are not trained further, by number, as far as that was written down."""

        self._new_members = group.new_members()
        self._new_trials = NewLines(group.trials_path, decode_trial_line)

    @classmethod
    def read(cls, group: GroupFolder) -> GroupHistory:
        """Read all that the events of its runs say now."""
        history = cls(group)
        history.read_more()
        return history

    def read_more(self) -> list[tuple[Member, Event]]:
        """Take what is new; returns it, each event with the run it is of."""
        for line in self._new_trials.read():
            if isinstance(line, Tried):
                self.trials[line.number] = line
            else:
                self.given_up[line.number] = line
        for member in self._new_members.read():
            known = self.members.get(member.key)
            if known is None or known.member.run != member.run:
                self.members[member.key] = MemberHistory(member, self.group.run(member))
            else:
                # That its program has ended says nothing of its training.
                known.member, known.goes_on = member, not known.member.is_open
        new = []
        for one in self.members.values():
            done = isinstance(one.history.ended, Finished)
            if done and not one.reader.behind and not one.goes_on:
                continue  # it costs nothing more; one that stopped or failed may be taken up again
            events = one.reader.read_all()
            if events:
                one.goes_on = False
                one.history.add_all(events)
                new += [(one.member, event) for event in events]
        return new
