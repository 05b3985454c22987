"""What a group was asked for, as ``group.json`` keeps it, and the runs it has, a line each in
``runs.jsonl``."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from kertasks.data.folds.fold import MOST_FOLDS, MOST_REPEATS, Fold
from kertasks.runs.events import Monitor
from kertasks.text.plain_text import one_line

SCHEMA = 1
"""Of ``group.json``; one more when a reader of the old one would be misled."""

FINAL = "final"
"""The key of the run on all rows that comes after the folds."""


class CrossValidation(msgspec.Struct, frozen=True, tag_field="kind", tag="cross-validation"):
    """A run for each fold of a task's rows, so that every row is validated on once a repeat."""

    folds: Annotated[int, Meta(ge=2, le=MOST_FOLDS)] = 4
    repeats: Annotated[int, Meta(ge=1, le=MOST_REPEATS)] = 1
    """How often all rows are divided, each time in another way."""

    final: bool = False
    """Whether one more network is trained on all rows, for as many epochs as were best in the mean
    over the folds, and tested."""

    @property
    def parts(self) -> tuple[Fold, ...]:
        """The folds that are asked for, a repeat after the other."""
        return tuple(
            Fold(number, self.folds, repeat)
            for repeat in range(1, self.repeats + 1)
            for number in range(1, self.folds + 1)
        )

    @property
    def runs(self) -> int:
        """How many runs it has when it is done."""
        return self.folds * self.repeats + self.final


Asked: TypeAlias = CrossValidation
"""Every kind of group, told apart by its tag ``kind``."""


class GroupRecord(msgspec.Struct, frozen=True):
    """Says what a group is. It is written once, as the group is made; beside it lies the recipe."""

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
    """How many trainer processes at most; None for one a core."""

    schema: Annotated[int, Meta(ge=1, le=SCHEMA)] = SCHEMA

    def __post_init__(self) -> None:
        for name in ("id", "task", "recipe"):
            force_setattr(self, name, one_line(getattr(self, name)))


class Member(msgspec.Struct, frozen=True):
    """A run of a group. A later line of the same key takes the place of an earlier one."""

    key: str
    """What it is in its group: ``"fold 2/4"``, ``"final"``."""

    run: str
    """The id of its folder among all runs."""


decode_record = msgspec.json.Decoder(GroupRecord).decode
decode_member = msgspec.json.Decoder(Member).decode
