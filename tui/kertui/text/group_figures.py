"""A metric over the runs of a group, as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kertasks.groups.measures import unit_of
from kertasks.text.numbers import in_unit, metric

if TYPE_CHECKING:
    from kertasks.groups.history import GroupHistory


def unit_of_task(group: GroupHistory) -> str | None:
    """The unit of the task's target; None for a pure number, for classes, and for a task that is
    not here any more."""
    from kertasks.errors import UserError
    from kertasks.registry import find_task

    try:
        return find_task(group.record.task).unit
    except UserError:
        return None


def metric_value(name: str, value: float, unit: str | None) -> str:
    """A metric's value as a person reads it.

    Args:
        name: Keras's.
        value: in the target's own unit.
        unit: the target's.
    """
    of = unit_of(name, unit)
    return in_unit(value, of) if of else metric(name, value)


def metric_spread(name: str, mean: float, sd: float, unit: str | None) -> str:
    """A mean and a standard deviation: ``43.5 ± 5.5 points``."""
    said = metric_value(name, mean, unit).removesuffix(f" {unit}")
    return f"{said} ± {metric_value(name, sd, unit)}"
