"""Follows the runs of a group: their events as they are told, live or long ago."""

from __future__ import annotations

from dataclasses import dataclass, field

from kertasks.groups.folder import GroupFolder
from kertasks.groups.record import GroupRecord, Member
from kertasks.runs.event_reader import EventReader
from kertasks.runs.events import Event
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory


@dataclass(slots=True)
class MemberHistory:
    """One run of a group, and what its events said until now."""

    member: Member
    run: RunFolder
    history: RunHistory = field(default_factory=RunHistory)
    reader: EventReader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = EventReader(self.run.events_path)


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

    @classmethod
    def read(cls, group: GroupFolder) -> GroupHistory:
        """Read all that the events of its runs say now."""
        history = cls(group)
        history.read_more()
        return history

    def read_more(self) -> list[tuple[Member, Event]]:
        """Take what is new; returns it, each event with the run it is of."""
        for member in self.group.members():
            known = self.members.get(member.key)
            if known is None or known.member != member:
                self.members[member.key] = MemberHistory(member, self.group.run(member))
        new = []
        for one in self.members.values():
            if one.history.ended is not None and not one.reader.behind:
                continue  # it costs nothing more, unless it is taken up again
            events = one.reader.read_all()
            one.history.add_all(events)
            new += [(one.member, event) for event in events]
        return new
