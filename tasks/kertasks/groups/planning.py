"""The plan of a group and what has its runs trained, by its kind."""

from __future__ import annotations

from typing import Any

from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.folder import GroupFolder
from kertasks.groups.plan import Plan, Work
from kertasks.groups.roster import Roster
from kertasks.groups.script_sweep.asked import ScriptSweep
from kertasks.groups.steered_runs import SteeredRuns


def plan_of(group: GroupFolder) -> Plan[Any]:
    """The plan by which a group's runs are trained.

    Raises:
        GroupDamaged, kertasks.RecipeError: what was asked cannot be read.
        StorageRefused: the study of a sweep cannot be written where it was to be.
    """
    asked = group.record().asked
    if isinstance(asked, CrossValidation):
        from kertasks.groups.cross_validation.plan import CrossValidationPlan

        return CrossValidationPlan(group, asked, group.recipe())
    if isinstance(asked, ScriptSweep):
        from kertasks.groups.script_sweep.plan import ScriptSweepPlan

        return ScriptSweepPlan(group, asked)
    from kertasks.groups.sweep.plan import SweepPlan

    return SweepPlan(group, asked, group.recipes())


def work_of(group: GroupFolder, plan: Plan[Any], roster: Roster, steered: SteeredRuns) -> Work[Any]:
    """What has the runs of a group trained that its plan says.

    Args:
        group: whose.
        plan: of the same group.
        roster: the runs that were begun.
        steered: those that are under way.

    Raises:
        GroupDamaged: what was asked cannot be read.
        kertasks.UserError: they cannot be trained where they are to be, or may not be.
    """
    record = group.record()
    if isinstance(record.asked, ScriptSweep):
        from kertasks.groups.script_sweep.script_work import ScriptWork

        return ScriptWork(group, record.asked, roster, steered)
    from kertasks.groups.recipe_runs.recipe_work import RecipeWork

    return RecipeWork(group, record, roster, steered, lambda: plan.candidates)
