"""A task made of what a file of data says, with recipes fitted to the data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kertasks.data.folds.fold import Fold
from kertasks.export.script.script_data import ScriptData
from kertasks.kinds import Group
from kertasks.own_tasks.data_kinds import KINDS
from kertasks.own_tasks.data_task import DataTask
from kertasks.task import Task, Variant
from kertasks.templates.fitted_recipes import recipes_for
from kertasks.text.plain_text import one_line

VARIANT = "rows"
"""The one variant of a task of data."""


def task_of(path: Path, task: DataTask, version: str = "") -> Task:
    """The task that a file of data says, with recipes fitted to the data.

    Args:
        path: of the file; the data's own is relative to its folder.
        task: what it says.
        version: another one, once the file or the data is.
    """
    kind, base = KINDS[type(task.data)], path.parent
    facts = kind.facts(task.data)
    recipes = recipes_for(path.stem, facts)
    asked = "value" if facts.classes == 0 else "class"

    def load(_variant: str, seed: int) -> Any:
        return kind.load(task.data, base, seed)

    def load_fold(_variant: str, seed: int, fold: Fold) -> Any:
        return kind.load_fold(task.data, base, seed, fold)

    def script(_variant: str) -> ScriptData:
        return kind.script(task.data, base)

    return Task(
        name=path.stem,
        title=one_line(task.title) or one_line(Path(task.data.path).name),
        group=Group.YOURS,
        kind=facts.kind,
        question=one_line(task.question) or f"Which {asked} of {facts.target} is it?",
        variants=(Variant(VARIANT, kind.summed_up(task.data)),),
        recipes={recipe.name: recipe for recipe in recipes},
        default_recipe=recipes[0].name,
        loader=load,
        fold_loader=load_fold if kind.folds_itself else None,
        script=script,
        unit=facts.unit,
        file=path,
        version=version,
    )
