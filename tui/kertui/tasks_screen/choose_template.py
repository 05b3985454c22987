"""Choose a template to begin a recipe with: those that fit the data of the task on the card."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType

from kertasks.data.described.description import Description
from kertasks.recipes.recipe import DataSettings, Recipe
from kertasks.task import Task, Variant
from kertasks.templates.described_facts import facts_of
from kertasks.templates.fitted_recipes import recipes_for
from kertasks.text.numbers import counted
from kertui.dialogs.dialog import Choice, Question


class ChooseTemplateScreen(Question[Recipe]):
    """A recipe of every template that fits the data. Gives the chosen one, or None.

    Args:
        task: whose data it is.
        variant: the form of the data.
        description: of the data.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "cancel", "cancel", show=False, id="choose_template.cancel",
                tooltip="Close it and change nothing."),
    ]  # fmt: skip

    def __init__(self, task: Task, variant: Variant, description: Description) -> None:
        said = None if variant is task.variants[0] else variant.name
        facts = facts_of(task, description)
        choices = []
        for recipe in recipes_for(task.name, facts):
            begun = replace(recipe, data=DataSettings(said))
            choices.append(Choice(begun, begun.name, begun.summary))
        shape = " × ".join(map(str, facts.shape)) or "one number"
        text = f"Fitted to {counted(facts.rows, 'row')} of {shape}; the first is a good start."
        keys = (("enter", "open"), ("escape", "cancel"))
        super().__init__(f"A new recipe for {task.name}", text, choices, keys=keys)
