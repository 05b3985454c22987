"""The plan of a group, by its kind."""

from __future__ import annotations

from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.folder import GroupFolder
from kertasks.groups.plan import Plan


def plan_of(group: GroupFolder) -> Plan:
    """The plan by which a group's runs are trained.

    Raises:
        GroupDamaged, kertasks.RecipeError: what was asked cannot be read.
    """
    asked = group.record().asked
    if isinstance(asked, CrossValidation):
        from kertasks.groups.cross_validation.plan import CrossValidationPlan

        return CrossValidationPlan(group, asked, group.recipe())
    from kertasks.groups.sweep.plan import SweepPlan

    return SweepPlan(
        group,
        asked,
        group.recipes(),
    )
