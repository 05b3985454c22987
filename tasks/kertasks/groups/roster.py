"""The runs that a group has begun, as its runner knows and writes them."""

from __future__ import annotations

import threading

from kertasks.groups.folder import GroupFolder
from kertasks.groups.record import Member
from kertasks.runs.folder import RunFolder
from kertasks.runs.state import RunState


class Roster:
    """The members of a group, by key. Thread-safe; only its runner has one.

    Args:
        group: whose.
    """

    def __init__(self, group: GroupFolder) -> None:
        self.group = group
        self._lock = threading.Lock()
        self._members = {member.key: member for member in group.members()}

    def __bool__(self) -> bool:
        return bool(self._members)

    def run(self, key: str) -> RunFolder | None:
        """The run of that key; None before there is one."""
        member = self._members.get(key)
        return None if member is None else self.group.run(member)

    def state(self, key: str) -> RunState:
        """What became of a run; lost where none was begun."""
        run = self.run(key)
        return RunState.LOST if run is None else run.state()

    def states(self) -> dict[str, RunState]:
        """What became of all of them."""
        return {key: self.state(key) for key in self._members}

    def put(self, member: Member) -> None:
        """Write down that a run belongs to it, where that is new.

        Raises:
            OSError: it cannot be written.
        """
        with self._lock:
            if self._members.get(member.key) != member:
                self.group.add_member(member)
                self._members[member.key] = member
