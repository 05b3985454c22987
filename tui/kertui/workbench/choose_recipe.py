"""Choose another recipe of the task."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from kertasks.recipes.recipe import Recipe
from kertasks.task import Task
from kertui.dialogs.dialog import Choice, Question


class ChooseRecipeScreen(Question[Recipe]):
    """The task's recipes. Gives the chosen one, or None.

    Args:
        task: whose recipes.
        current: the name of the one that is edited, under the cursor at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("R", "cancel", "cancel", show=False, id="choose_recipe.cancel",
                tooltip="Close it and change nothing."),
    ]  # fmt: skip

    def __init__(self, task: Task, current: str) -> None:
        names = list(task.recipes)
        super().__init__(
            f"Recipes of {task.name}",
            "",
            [
                Choice(recipe, recipe.name, recipe.summary or "no description")
                for recipe in task.recipes.values()
            ],
            first=names.index(current) if current in names else 0,
            keys=[("enter", "take"), ("escape", "cancel"), ("u", "brings the present one back")],
        )
