"""The left side of the workbench: the layers, the form of the chosen one, the settings."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Static

from kertasks.data.description import Description
from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.recipe import Recipe
from kertasks.task import Task
from kertui.forms.argument_path import ArgumentPath
from kertui.forms.field_form import FieldForm
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.workbench.draft.recipe_check import Verdict
from kertui.workbench.layers.layer_form import LayerForm
from kertui.workbench.layers.layer_list import INPUT_ROW, LayerList, Waiting
from kertui.workbench.layers.layer_rows import layer_rows, shape_words, total_problem
from kertui.workbench.settings.settings_fields import DataFacts
from kertui.workbench.settings.training_settings import TrainingSettings


@dataclass(frozen=True, slots=True)
class RecipeView:
    """All that the column shows."""

    recipe: Recipe
    verdict: Verdict
    catalog: Catalog | None
    """None while Keras's classes are not here yet."""

    description: Description | None
    """None while nothing is known of the data."""

    data_words: str
    """What to say then."""

    waiting: Waiting


class RecipeColumn(Container):
    """Shows a recipe and what is said of it; one layer, or the Input row, is chosen.

    Its widgets tell by their own messages what a person wants changed.

    Args:
        task: whose recipe.
        selected: the layer chosen at first.
    """

    def __init__(self, task: Task, selected: int, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._of_task = task
        self._view: RecipeView | None = None
        self._selected = selected

    def compose(self) -> ComposeResult:
        """Layers, form, settings."""
        with Vertical(id="network"):
            yield LayerList()
            yield Static(_layer_actions(glyphs_for(self.app)), id="layer-actions")
        yield LayerForm()
        yield TrainingSettings()

    @property
    def selected(self) -> int:
        """The chosen layer, ``INPUT_ROW`` for the data."""
        return self._selected

    @property
    def typed_in(self) -> FieldForm | None:
        """The form in which a value is being typed."""
        forms = (*self.query(LayerForm), *self.query(TrainingSettings))
        return next((form for form in forms if form.typing), None)

    def show(self, view: RecipeView, selected: int | None = None) -> None:
        """Show the recipe.

        Args:
            view: the recipe and what is said of it.
            selected: another layer to choose; None keeps the one that is.
        """
        self._view = view
        last = len(view.recipe.layers) - 1
        self._selected = max(INPUT_ROW, min(self._selected if selected is None else selected, last))
        recipe, verdict, signs = view.recipe, view.verdict, glyphs_for(self.app)
        layers = self.query_one(LayerList)
        layers.show_rows(layer_rows(recipe, verdict, view.catalog, signs.times), self._selected)
        layers.input_shape = shape_words(verdict.input_shape, signs.times)
        check = verdict.check
        layers.total = check.parameters if check else None
        trainable = (check.trainable_parameters or 0) if check else 0
        layers.fixed = (layers.total or 0) - trainable
        layers.problem = total_problem(recipe, verdict, view.catalog, signs.into)
        layers.waiting = view.waiting
        self._show_form()
        self._fold()
        facts = data_facts(self._of_task, view.description)
        self.query_one(TrainingSettings).show_settings(
            recipe, view.catalog, facts, verdict.problems, verdict.setting_refusal()
        )

    def tell(self, problem: str) -> None:
        """Say why nothing is known of shapes."""
        self.query_one(LayerList).problem = problem

    def _show_form(self) -> None:
        view = self._view
        if view is None:
            return
        form = self.query_one(LayerForm)
        if self._selected == INPUT_ROW:
            form.show_data(self._of_task, view.description, view.data_words)
        else:
            reason = view.verdict.layer_reason(self._selected)
            problems = view.verdict.problems
            form.show_layer(view.recipe, self._selected, view.catalog, problems, reason)

    @on(LayerList.LayerChosen)
    def choose_layer(self, event: LayerList.LayerChosen) -> None:
        """The form follows the cursor."""
        self._selected = event.index
        self._show_form()
        self._fold()

    def on_descendant_focus(self) -> None:
        """Another part is worked in."""
        self._fold()

    def _fold(self) -> None:
        """Where rows are few, let one form give way to the other: worked in, or else refused."""
        within = [] if self.screen.focused is None else self.screen.focused.ancestors
        in_layer = self.query_one(LayerForm) in within
        in_settings = self.query_one(TrainingSettings) in within
        if self._view is not None and not in_layer and not in_settings:
            verdict = self._view.verdict
            in_layer = verdict.layer_reason(self._selected) is not None
            in_settings = verdict.setting_refusal() is not None
        self.set_class(in_layer, "-settings-folded")
        self.set_class(in_settings and not in_layer, "-layer-folded")

    def focus_layers(self) -> None:
        """Put the focus into the list of layers."""
        self.query_one(LayerList).focus()

    def focus_form(self, path: ArgumentPath | None = None) -> None:
        """Put the focus into the chosen layer's form, on a field by its path if there is one."""
        self.query_one(LayerForm).focus_field(path)

    def focus_settings(self) -> None:
        """Put the focus into the training settings."""
        self.query_one(TrainingSettings).focus_field()


def data_facts(task: Task, description: Description | None) -> DataFacts:
    """What of the data the settings need to know."""
    variants = tuple((variant.name, variant.summary) for variant in task.variants)
    if description is None:
        return DataFacts(variants)
    held = [split.rows for split in description.splits if split.name == "validation"]
    return DataFacts(variants, held[0] if held else 0)


def _layer_actions(signs: Glyphs) -> Content:
    """What the mouse can do to the chosen layer."""
    return Content.from_markup(
        f"[@click=screen.add_layer]{signs.add} add[/]   [@click=screen.duplicate_layer]duplicate[/]"
        f"   [@click=screen.delete_layer]delete[/]   [@click='screen.move_layer(-1)']{signs.up}[/]"
        f" [@click='screen.move_layer(1)']{signs.down}[/]"
    )
