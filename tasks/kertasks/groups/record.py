"""What a group was asked for, as ``group.json`` keeps it, and the runs it has, a line each in
``runs.jsonl``."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.script_sweep.asked import ScriptSweep
from kertasks.groups.sweep.asked import Sweep
from kertasks.runs.event_file.events import Monitor, Ordinal
from kertasks.text.plain_text import one_line

SCHEMA = 1
"""Of ``group.json``; one more when a reader of the old one would be misled."""

Asked: TypeAlias = CrossValidation | Sweep | ScriptSweep
"""Every kind of group, told apart by its tag ``kind``."""


class OnRay(msgspec.Struct, frozen=True):
    """Runs are trained on the machines of a Ray cluster."""

    address: str | None = None
    """``HOST:PORT`` of its first machine; None for the cluster that runs on this machine, and for
    one of its own where none does."""

    cpus: Annotated[int, Meta(ge=1)] = 1
    """Processors that each run has for itself."""

    gpus: Annotated[int, Meta(ge=0)] = 0


class GroupRecord(msgspec.Struct, frozen=True):
    """Says what a group is. It is written as the group is made, and again where one more run is
    asked for; beside it lies the recipe."""

    id: str
    task: str
    recipe: str
    """The recipe's name; the whole of it is ``recipe.toml``."""

    created: Annotated[float, Meta(ge=0, le=1e12)]
    """Unix time in seconds."""

    asked: Asked
    judge: Monitor | None = None
    """The metric that decides what is best, and in which direction; None for that of the runs."""

    workers: Annotated[int, Meta(ge=1)] | None = None
    """How many trainer processes at most; None for one a GPU or a core, or as many as a
    cluster has room for."""

    on: OnRay | None = None
    """Where its runs are trained; None for this machine."""

    schema: Annotated[int, Meta(ge=1, le=SCHEMA)] = SCHEMA

    def __post_init__(self) -> None:
        for name in ("id", "task", "recipe"):
            force_setattr(self, name, one_line(getattr(self, name)))


class Member(msgspec.Struct, frozen=True, omit_defaults=True):
    """A run of a group. A later line of the same key takes the place of an earlier one; of the same
    run too, it says that it is gone on with."""

    key: str
    """What it is in its group: ``"fold 2/4"``, ``"final"``, ``"trial 3, seed 2"``."""

    run: str
    """The id of its folder among all runs."""

    epochs: Ordinal | None = None
    """To train in all until it is looked at again; None for as many as its recipe says."""

    is_open: bool = False
    """Whether its program goes on, and may call ``fit`` again: another run takes its place then.
    A later line of the same run says that it has ended."""

    def __post_init__(self) -> None:
        require_name(self.run)


def require_name(run: str) -> None:
    """See that the id of a run is the name of a folder beside others, whoever wrote it.

    Raises:
        ValueError: it is not.
    """
    if "/" in run or run in ("", ".", ".."):
        raise ValueError(f"{run!r} is not the name of a run's folder")


decode_record = msgspec.json.Decoder(GroupRecord).decode
decode_member = msgspec.json.Decoder(Member).decode
