"""The recipe that is opened once data is used, in a line."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from kertasks.own_tasks.data_kinds import KINDS
from kertasks.recipes.outline import outline
from kertasks.recipes.recipe import Recipe
from kertasks.tables.table_requests import DataLook
from kertasks.templates.fitted_recipes import recipes_for
from kertasks.text.numbers import counted
from kertui.data_screen.data_draft import DataDraft
from kertui.data_screen.data_words import used_words
from kertui.terminal.glyphs import glyphs_for
from kertui.text.fitting_text import fitted


def recipe_for(draft: DataDraft, look: DataLook | None) -> Recipe:
    """The recipe that is suggested for data.

    Args:
        draft: which has it.
        look: what was seen in it last; None before.
    """
    facts = KINDS[type(draft.data)].facts(draft.data)
    recipes = {one.name: one for one in recipes_for(draft.name, facts)}
    wanted = look.recipe if look is not None else ""
    return recipes.get(wanted) or next(iter(recipes.values()))


class SuggestedRecipe(Static):
    """Its name, its network as far as there is room, and how many rows it is trained on."""

    DEFAULT_CSS = """
    SuggestedRecipe { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def show(self, draft: DataDraft, look: DataLook | None) -> None:
        """Show it for data as it is now, by what was seen in it last."""
        recipe, glyphs = recipe_for(draft, look), glyphs_for(self.app)
        layers = outline(recipe)
        network = [layers.replace("·", "-") if glyphs.ascii else layers]
        how = [recipe.compile.optimizer.class_name.lower(), counted(recipe.fit.epochs, "epoch")]
        words = [draft.data.kind.value, *used_words(look, draft.data)]
        dot, start = f" {glyphs.dot} ", "suggested  "
        room = self.screen.size.width - 2 - len(start) - cell_len(recipe.name) - 2
        forms = ([*network, *how], network, ())
        said = next((one for one in forms if cell_len(dot.join([*one, *words])) <= room), ())
        text = fitted(dot.join([*said, *words]), max(1, room), glyphs)
        self.update(Content.assemble((start, "$dim"), (recipe.name, "bold"), (f"  {text}", "$dim")))
