"""A task's recipes: one to choose, a line or two each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from kertasks.recipes.outline import outline
from kertasks.recipes.recipe import Recipe
from kertasks.text.numbers import grouped
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.fitting_text import wrap, wrap_parts

_GAP = 3
_INDENT = 3
_NAME_END = "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}"
"""Between a name and what follows: no place to break a line."""


class CardList(OptionList):
    """A list whose first click on a row chooses it and whose second opens it, since the card is
    worth a look between, with the keys of the card beside it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "open", id="card.open",
                tooltip="Open the chosen recipe in the workbench."),
        Binding("left", "screen.choose_recipe(-1)", "previous recipe", show=False,
                id="card.previous_recipe", tooltip="Choose the recipe before."),
        Binding("right", "screen.choose_recipe(1)", "recipe", id="card.next_recipe",
                tooltip="Choose the next recipe of the task."),
        Binding("pageup", "screen.scroll_card(-1)", "card up", show=False, id="card.up",
                tooltip="Scroll the card up."),
        Binding("pagedown", "screen.scroll_card(1)", "card down", show=False, id="card.down",
                tooltip="Scroll the card down."),
    ]  # fmt: skip

    def on_click(self, event: events.Click) -> None:
        """Choose the row that was clicked, unless it is chosen already."""
        place = event.style.meta.get("option")
        if place is not None and place != self.highlighted:
            event.prevent_default()
            if not self.options[place].disabled:
                self.highlighted = place


class RecipeList(CardList):
    """The recipes of the task on the card; the one under the cursor is the chosen one."""

    @dataclass
    class RecipeChosen(Message):
        """The cursor came to another recipe."""

        recipe: Recipe

    class RecipeOpened(Message):
        """The chosen recipe was opened."""

    class HeightChanged(Message):
        """In another width the recipes take more or fewer lines."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id, compact=True)
        self._recipes: tuple[Recipe, ...] = ()

    @property
    def recipe(self) -> Recipe | None:
        """The recipe under the cursor, if there are any."""
        place = self.highlighted
        return self._recipes[place] if place is not None and self._recipes else None

    @property
    def line_count(self) -> int:
        """How many lines all the recipes take together."""
        return sum(len(str(option.prompt).splitlines()) for option in self.options)

    @property
    def chosen_lines(self) -> tuple[int, int]:
        """The first line of the chosen recipe, and how many it has."""
        heights = [len(str(option.prompt).splitlines()) for option in self.options]
        place = self.highlighted or 0
        return sum(heights[:place]), heights[place] if heights else 0

    def show_recipes(self, recipes: Sequence[Recipe], chosen: str) -> None:
        """Show these recipes, with the one of that name under the cursor."""
        self._recipes = tuple(recipes)
        names = [recipe.name for recipe in recipes]
        self._rebuild(names.index(chosen) if chosen in names else 0)

    def choose_next(self, step: int) -> None:
        """Choose the recipe so many places on, round the end."""
        if self._recipes:
            self.highlighted = ((self.highlighted or 0) + step) % len(self._recipes)

    def on_resize(self) -> None:
        """Wrap the rows for another width."""
        if self._recipes:
            before = self.line_count
            self._rebuild(self.highlighted or 0)
            if self.line_count != before:
                self.post_message(self.HeightChanged())

    def _rebuild(self, chosen: int) -> None:
        with self.prevent(OptionList.OptionHighlighted):
            self.set_options(self._make_options(chosen))
            self.highlighted = chosen

    def _make_options(self, chosen: int) -> list[Option]:
        glyphs = glyphs_for(self.app)
        width = self.scrollable_content_region.width or 60
        rows = draw_recipes(self._recipes, chosen, width, glyphs)
        return [Option(Content("\n").join(lines)) for lines in rows]

    @on(OptionList.OptionHighlighted)
    def _tell_chosen(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        rows = self._make_options(event.option_index)
        for place, option in enumerate(rows):
            self.replace_option_prompt_at_index(place, option.prompt)
        self.post_message(self.RecipeChosen(self._recipes[event.option_index]))

    @on(OptionList.OptionSelected)
    def _tell_opened(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.RecipeOpened())


def draw_recipes(
    recipes: Sequence[Recipe], chosen: int, width: int, glyphs: Glyphs
) -> list[list[Content]]:
    """The lines of each recipe: in columns where they fit, else wrapped under its name."""
    facts = [_facts(recipe, glyphs) for recipe in recipes]
    widths = [max(cell_len(row[column]) for row in facts) for column in range(4)]
    longest = max((cell_len(recipe.summary) for recipe in recipes), default=0)
    columns = _INDENT + sum(widths) + _GAP * 3
    lines: list[list[Content]] = []
    for place, (recipe, row) in enumerate(zip(recipes, facts, strict=True)):
        mark = (f" {glyphs.on} ", "$accent") if place == chosen else (f" {glyphs.off} ", "dim")
        if columns + _GAP + longest <= width:
            summary = Content.styled(" " * _GAP + recipe.summary, "dim")
            lines.append([_in_columns(mark, row, widths) + summary])
        elif columns <= width:
            lines.append([_in_columns(mark, row, widths), *_under(recipe.summary, width)])
        else:
            lines.append(_wrapped(mark, row, recipe.summary, width, glyphs))
    return lines


def _in_columns(
    mark: tuple[str, str], row: tuple[str, str, str, str], widths: Sequence[int]
) -> Content:
    name, layers, optimizer, epochs = row
    gap = " " * _GAP
    return Content.assemble(
        mark,
        (padded(name, widths[0]), "bold"),
        f"{gap}{padded(layers, widths[1])}{gap}{padded(optimizer, widths[2])}",
        f"{gap}{epochs.rjust(widths[3])}",
    )


def _under(summary: str, width: int) -> list[Content]:
    lines = wrap(summary, max(16, width - _INDENT))
    return [Content.styled(" " * _INDENT + line, "dim") for line in lines]


def _wrapped(
    mark: tuple[str, str], row: tuple[str, str, str, str], summary: str, width: int, glyphs: Glyphs
) -> list[Content]:
    name, layers, *rest = row
    parts = [f"{name}{_NAME_END}{layers}", *rest]
    lines: list[Content] = []
    for line in wrap_parts(parts, f" {glyphs.dot} ", max(16, width - _INDENT)):
        start = Content(" " * _INDENT) if lines else Content.assemble(mark)
        bold = len(name) if not lines else 0
        lines.append(start + Content.assemble((line[:bold], "bold"), line[bold:]))
    return [*lines, *_under(summary, width)]


def _facts(recipe: Recipe, glyphs: Glyphs) -> tuple[str, str, str, str]:
    layers = outline(recipe)
    if glyphs.ascii:
        layers = layers.replace("·", "-")
    optimizer = recipe.compile.optimizer
    rate = optimizer.arguments.get("learning_rate")
    named = optimizer.class_name.lower() + (f" {rate:g}" if isinstance(rate, float) else "")
    return recipe.name, layers, named, f"{grouped(recipe.fit.epochs)} epochs"
