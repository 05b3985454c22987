"""Choose another recipe of the task."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kertasks.recipes.recipe import Recipe
from kertasks.task import Task
from kertui.terminal.glyphs import glyphs_for


class ChooseRecipeScreen(ModalScreen[Recipe | None]):
    """The task's recipes. Gives the chosen one, or None."""

    CSS_PATH = "choose_recipe.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,R", "cancel", "cancel", show=False, id="choose.cancel"),
    ]

    def __init__(self, task: Task, current: str) -> None:
        super().__init__()
        self._recipes = tuple(task.recipes.values())
        self._of_task = task
        self._current = current

    def compose(self) -> ComposeResult:
        """Build the dialog."""
        signs = glyphs_for(self.app)
        names = max(len(recipe.name) for recipe in self._recipes)
        options = []
        for recipe in self._recipes:
            mark = signs.on if recipe.name == self._current else " "
            options.append(
                Option(
                    Content.assemble(f"{mark} {recipe.name:<{names}}  ", (recipe.summary, "$dim"))
                )
            )
        with Vertical(id="choose-dialog"):
            yield Static(Content.from_markup("[b]Recipes of $task[/b]", task=self._of_task.name))
            yield OptionList(*options, compact=True, markup=False)
            yield Static(
                Content.from_markup(
                    "[b]$enter[/b] [$dim]take[/]   [b]esc[/b] [$dim]cancel[/]   "
                    "[$dim]u brings the present one back[/]",
                    enter=signs.enter,
                )
            )

    def on_mount(self) -> None:
        """Begin at the present one."""
        names = [recipe.name for recipe in self._recipes]
        if self._current in names:
            self.query_one(OptionList).highlighted = names.index(self._current)

    @on(OptionList.OptionSelected)
    def take_recipe(self, event: OptionList.OptionSelected) -> None:
        """Take it."""
        event.stop()
        self.dismiss(self._recipes[event.option_index])

    def action_cancel(self) -> None:
        """Keep the present one."""
        self.dismiss(None)
