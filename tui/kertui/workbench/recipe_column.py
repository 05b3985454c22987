"""The left side of the workbench: the recipe under edit, its forms, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from kertasks.data.described.description import Description
from kertasks.errors import UserError
from kertasks.keras_catalog.catalog import Catalog, ClassInfo
from kertasks.models.check import ModelCheck
from kertasks.recipes.recipe import PRETRAINED, Layer, Recipe
from kertasks.task import Task
from kertui.forms.argument_path import ArgumentPath
from kertui.forms.field_form import FieldForm
from kertui.forms.starting_values import starting_layer
from kertui.service.training_service import SpareUnavailable, TrainingService
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.workbench.draft.draft import RecipeDraft, Step
from kertui.workbench.draft.recipe_check import RecipeCheck, Refusal
from kertui.workbench.layers.add_layer import AddLayerScreen
from kertui.workbench.layers.layer_form import LayerForm
from kertui.workbench.layers.layer_list import INPUT_ROW, LayerList, Waiting
from kertui.workbench.layers.pretrained_path import PretrainedPathScreen
from kertui.workbench.settings.settings_fields import data_facts, explain_refusal
from kertui.workbench.settings.training_settings import TrainingSettings

_Answer = TypeVar("_Answer")

_AFTER_CURVE = 1.0
"""Seconds a run that is opened has for itself, before its data is described."""


class RecipeColumn(Container):
    """Edits a recipe and has it checked. One layer, or the Input row, is chosen.

    The draft holds the recipe; the list of layers, the form of the chosen one and the training
    settings show it, and the forms change it. What Keras must be asked is asked in threads,
    which only post messages.

    Args:
        service: knows Keras's classes, checks recipes and describes data.
        task: whose recipe it is.
        recipe: what the edit starts from.
        beside_run: whether a run is shown beside it at once; its curve comes first then.
    """

    @dataclass
    class RecipeChanged(Message):
        """The recipe was changed, or another one was opened."""

        recipe: Recipe
        replaced: bool
        """Whether another recipe was opened, rather than this one changed."""

    @dataclass
    class Updated(Message):
        """The recipe, or what is known of it, is shown anew: other keys may act now."""

    @dataclass
    class CheckEnded(Message):
        """The recipe was checked by Keras, or it is known now that it cannot be."""

        recipe: Recipe

    @dataclass
    class LayerAdded(Message):
        """A layer was added and chosen; a person wants to fill in its form."""

        first_field: ArgumentPath | None
        """The field to begin with, None for the first."""

    @dataclass
    class Checked(Message):
        """Keras's answer on a recipe, or why it could not be asked."""

        recipe: Recipe
        answer: ModelCheck | UserError

    @dataclass
    class CatalogRead(Message):
        """Keras's classes, or why they could not be read."""

        answer: Catalog | UserError

    @dataclass
    class DataDescribed(Message):
        """What is known of the data, or why nothing is."""

        variant: str | None
        seed: int
        answer: Description | UserError

    def __init__(
        self,
        service: TrainingService,
        task: Task,
        recipe: Recipe,
        beside_run: bool,
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._service = service
        self._of_task = task
        self._beside_run = beside_run
        self.draft = RecipeDraft(recipe)
        """The recipe under edit, with what it came from."""

        self.check = RecipeCheck()
        """What is said of the recipe."""

        self.selected = 0 if recipe.layers else INPUT_ROW
        """The chosen layer, ``INPUT_ROW`` for the data."""

        self.catalog: Catalog | None = None
        """Keras's classes; None while they are not here, so that no forms can be made."""

        self._layers = LayerList()
        self._layer_form = LayerForm(self.draft)
        self._settings = TrainingSettings(self.draft)
        self._waiting = Waiting.NOTHING
        self._description: Description | None = None
        self._no_description = "read in a moment"
        self._described: tuple[str | None, int] | None = None
        """The variant and the seed of the data that was asked for last."""

        self._checking: Recipe | None = None
        """The recipe that Keras is being asked about."""

        self._check_next: Recipe | None = None
        self._adding: AddLayerScreen | None = None
        """The search for a layer, while it is open."""

        self._settling = False
        """Whether something waits for the value that was being typed."""

    def compose(self) -> ComposeResult:
        """Lay out the layers, the form of the chosen one, and the settings."""
        with Vertical(id="network"):
            yield self._layers
            yield Static(_layer_actions(glyphs_for(self.app)), id="layer-actions")
        yield self._layer_form
        yield self._settings

    def on_mount(self) -> None:
        """Show the recipe at once; what Keras knows arrives when it arrives."""
        self._read_catalog()
        self._check_recipe()
        self._show()

    @property
    def checking(self) -> bool:
        """Whether Keras's answer on a recipe is under way."""
        return self._checking is not None

    def allows(self, edit: str) -> bool:
        """Whether a method of this class that changes, compares or saves makes sense now."""
        match edit:
            case "undo":
                return self.draft.can_undo and self._typed_in is None
            case "redo":
                return self.draft.can_redo and self._typed_in is None
            case "delete_layer" | "duplicate_layer" | "move_layer":
                return self.selected != INPUT_ROW
            case _:
                return True

    # The value that is being typed

    @property
    def _typed_in(self) -> FieldForm | None:
        return next((form for form in (self._layer_form, self._settings) if form.typing), None)

    def settle(self, act: Callable[[], None], anyway: bool = False) -> None:
        """Act once the value that is being typed is in the draft.

        Where that value is not allowed, this is said and nothing else happens.

        Args:
            act: what waits for it.
            anyway: whether to act too where the value is not allowed.
        """
        if self._settling:
            return  # asked again by a held key
        form = self._typed_in
        if form is None:
            if self.check.recipe != self.draft.recipe:
                self._take_change(self.selected)  # a form's message of it is still on its way
            act()
        else:
            self._settling = True
            form.settle(act, anyway)

    @on(FieldForm.Settled)
    def act_after_typing(self, event: FieldForm.Settled) -> None:
        """Do what waited for the value, which is in the draft now."""
        self._settling = False
        event.act()

    @on(FieldForm.Refused)
    def tell_refused_value(self, event: FieldForm.Refused) -> None:
        """Say which value is not allowed, so that nothing happens."""
        self._settling = False
        title = f"{event.field.label} cannot be {event.typed or 'nothing'}"
        self.notify(f"Allowed: {event.allowed}.", title=title, severity="error", markup=False)

    # Changes

    @on(FieldForm.Edited)
    def take_edit(self) -> None:
        """Follow a form that changed the draft."""
        self._take_change(self.selected)

    def add_layer(self) -> None:
        """Search a layer and put it after the chosen one."""
        after = "the input"
        if self.selected != INPUT_ROW:
            layer = self.draft.recipe.layers[self.selected]
            after = f"{layer.class_name}, layer {self.selected + 1}"
        self._adding = AddLayerScreen(self.catalog, after)
        self.app.push_screen(self._adding, self._add_chosen)

    def _add_chosen(self, info: ClassInfo | None) -> None:
        self._adding = None
        if info is None or self.catalog is None:
            return
        if info.name == PRETRAINED:
            self.app.push_screen(PretrainedPathScreen(""), self._add_pretrained)
            return
        self._add(starting_layer(info, self.catalog), ("inputs",) if info.several_inputs else None)

    def _add_pretrained(self, layer: Layer | None) -> None:
        if layer is not None:
            self._add(layer, ("until",))

    def _add(self, layer: Layer, first_field: ArgumentPath | None) -> None:
        """Put a layer after the chosen one and choose it."""
        self._take_change(self.draft.add_layer(self.selected + 1, layer))
        self.post_message(self.LayerAdded(first_field))

    def delete_layer(self) -> None:
        """Take the chosen layer out."""
        self._take_change(self.draft.delete_layer(self.selected))

    def duplicate_layer(self) -> None:
        """Put a copy after the chosen layer."""
        self._take_change(self.draft.duplicate_layer(self.selected))

    def move_layer(self, by: int) -> None:
        """Move the chosen layer up (negative) or down."""
        self._take_change(self.draft.move_layer(self.selected, by))

    def undo(self) -> None:
        """Take the last change back."""
        self._follow_step(self.draft.undo())

    def redo(self) -> None:
        """Make the change again that was taken back."""
        self._follow_step(self.draft.redo())

    def _follow_step(self, step: Step | None) -> None:
        if step is not None:
            self._take_change(self.selected if step.layer is None else step.layer)

    def _take_change(self, selected: int, replaced: bool = False) -> None:
        """The draft holds another recipe: have it checked, show it, and tell."""
        self._check_recipe()
        self._show(selected)
        self.post_message(self.RecipeChanged(self.draft.recipe, replaced))

    def replace(self, recipe: Recipe) -> None:
        """Go on with another recipe; the present one can be had back with undo."""
        self.draft.replace(recipe)
        self._take_change(0, replaced=True)

    def change(self, recipe: Recipe, layer: int | None) -> None:
        """Go on with a changed recipe; the change is one step to undo.

        Args:
            recipe: with the change.
            layer: where it was made; None for a setting.
        """
        self.draft.change(recipe, layer)
        self._take_change(self.selected if layer is None else layer)

    def mark_saved(self, recipe: Recipe) -> None:
        """Take note that a recipe, the present one as a rule, is safe in a file now."""
        self.draft.mark_saved(recipe)
        self._show()

    # What is said of the recipe

    def _check_recipe(self) -> None:
        """Check by kertui's own rules at once, and have Keras check and the data described."""
        recipe = self.draft.recipe
        self.check.check_rules(recipe, self.catalog)
        if not self._service.spare:
            self._waiting = Waiting.OFF
        else:
            if not self._service.warm:
                self._waiting = Waiting.SPARE
            self._check_with_keras(recipe)
        data = (recipe.data.variant, recipe.seed)
        if data != self._described:
            first, self._described = self._described is None, data
            describe = partial(self._describe, *data)
            if first and self._beside_run:
                # Who opens a run waits for its curve, and has mostly seen its data.
                self.set_timer(_AFTER_CURVE, describe)
            else:
                describe()

    def _check_with_keras(self, recipe: Recipe) -> None:
        """Send recipes to Keras one at a time; of those that come meanwhile the last one wins.

        A thread cannot be called back, so a queue of them would make a person who types fast
        wait for answers to recipes that are long gone.
        """
        if self._checking is None:
            self._checking = recipe
            self._ask_keras(recipe)
        else:
            self._check_next = recipe

    @work(thread=True, group="check", name="check")
    def _ask_keras(self, recipe: Recipe) -> None:
        self.post_message(self.Checked(recipe, _ask(partial(self._service.check, recipe))))

    @on(Checked)
    def take_check(self, event: Checked) -> None:
        """Show Keras's answer, unless it is about another recipe; ask about what came meanwhile."""
        if event.recipe == self.draft.recipe:
            off = isinstance(event.answer, SpareUnavailable)
            self._waiting = Waiting.OFF if off else Waiting.NOTHING
            if isinstance(event.answer, UserError):
                self.check.forget_model_check()
            else:
                self.check.take_model_check(event.recipe, event.answer)
            self._show()
            if isinstance(event.answer, UserError) and not off:
                self._layers.problem = str(event.answer)
        self._checking = None
        if self._check_next is not None:
            following, self._check_next = self._check_next, None
            self._check_with_keras(following)
        self.post_message(self.CheckEnded(event.recipe))

    @work(thread=True, group="catalog", name="catalog")
    def _read_catalog(self) -> None:
        self.post_message(self.CatalogRead(_ask(self._service.catalog)))

    @on(CatalogRead)
    def take_catalog(self, event: CatalogRead) -> None:
        """Make forms of Keras's classes; without them a recipe can be trained but not edited."""
        if isinstance(event.answer, UserError):
            title = "Layers cannot be edited"
            self.notify(str(event.answer), title=title, severity="error", markup=False)
            if self._adding is not None:
                self._adding.tell_failure(str(event.answer))
            return
        self.catalog = event.answer
        if self._adding is not None:
            self._adding.take_catalog(event.answer)
        self.check.check_rules(self.draft.recipe, self.catalog)
        self._show()

    @work(thread=True, group="describe", name="describe")
    def _describe(self, variant: str | None, seed: int) -> None:
        answer = _ask(partial(self._service.describe, self._of_task.name, variant, seed))
        self.post_message(self.DataDescribed(variant, seed, answer))

    @on(DataDescribed)
    def take_description(self, event: DataDescribed) -> None:
        """Show what is known of the data, unless other data was asked for meanwhile."""
        if (event.variant, event.seed) != self._described:
            return
        if isinstance(event.answer, UserError):
            self._description, self._no_description = None, str(event.answer)
        else:
            self._description = event.answer
        self._show()

    # What is shown

    def _show(self, selected: int | None = None) -> None:
        """Show the recipe and what is said of it.

        Args:
            selected: another layer to choose; None keeps the one that is.
        """
        if not self.is_attached:
            return
        recipe, check = self.draft.recipe, self.check
        last = len(recipe.layers) - 1
        self.selected = max(INPUT_ROW, min(self.selected if selected is None else selected, last))
        self._layers.show_recipe(recipe, check, self.catalog, self._waiting, self.selected)
        self._show_form()
        self._settings.show_settings(
            self.catalog,
            data_facts(self._of_task, self._description),
            check.problems,
            check.setting_refusal(),
            check.cautions,
        )
        self.post_message(self.Updated())

    def show_refusal(self, refusal: Refusal) -> None:
        """Say why the recipe cannot be trained, and choose the layer that can be mended."""
        where, reason = "This", refusal.reason
        recipe = self.draft.recipe
        if refusal.layer is not None and refusal.layer < len(recipe.layers):
            layer = recipe.layers[refusal.layer]
            where = f"Layer {refusal.layer + 1}, {layer.class_name},"
            self._show(refusal.layer)
        else:
            reason = explain_refusal(refusal, recipe, self.catalog, glyphs_for(self.app).into)
        title = f"{where} cannot be trained"
        self.notify(reason, title=title, severity="error", markup=False)

    def _show_form(self) -> None:
        form, check = self._layer_form, self.check
        if self.selected == INPUT_ROW:
            form.show_data(self._of_task, self._description, self._no_description)
        else:
            reason = check.layer_reason(self.selected)
            recipe, problems = self.draft.recipe, check.problems
            known = check.layer_check(self.selected)
            names = known.names if known is not None else ()
            form.show_layer(recipe, self.selected, self.catalog, problems, reason, names)
        self._fold()

    @on(LayerList.LayerChosen)
    def choose_layer(self, event: LayerList.LayerChosen) -> None:
        """Let the form follow the cursor."""
        self.selected = event.index
        self._show_form()

    def on_descendant_focus(self) -> None:
        """Make room for the part that is worked in."""
        self._fold()

    def _fold(self) -> None:
        """Where rows are few, let one form give way to the other: worked in, or else refused."""
        within = [] if self.screen.focused is None else self.screen.focused.ancestors
        in_layer = self._layer_form in within
        in_settings = self._settings in within
        if not in_layer and not in_settings:
            here = self.selected
            in_layer = here != INPUT_ROW and self.check.layer_reason(here) is not None
            in_settings = self.check.setting_refusal() is not None
        self.set_class(in_layer, "-settings-folded")
        self.set_class(in_settings and not in_layer, "-layer-folded")

    def show_varied(self) -> None:
        """Show which settings a sweep is to vary."""
        self._layer_form.show_form()
        self._settings.show_form()

    def focus_layers(self) -> None:
        """Put the focus into the list of layers."""
        self._layers.focus()

    def focus_form(self, path: ArgumentPath | None = None) -> None:
        """Put the focus into the chosen layer's form, on a field by its path if there is one."""
        self._layer_form.focus_field(path)

    def focus_settings(self) -> None:
        """Put the focus into the training settings."""
        self._settings.focus_field()


def _ask(service: Callable[[], _Answer]) -> _Answer | UserError:
    """What the service answers, or why it cannot."""
    try:
        return service()
    except UserError as error:
        return error


def _layer_actions(signs: Glyphs) -> Content:
    """What the mouse can do to the chosen layer."""
    return Content.from_markup(
        f"[@click=\"screen.edit('add_layer')\"]{signs.add} add[/]"
        "   [@click=\"screen.edit('duplicate_layer')\"]duplicate[/]"
        "   [@click=\"screen.edit('delete_layer')\"]delete[/]"
        f"   [@click=\"screen.edit('move_layer', -1)\"]{signs.up}[/]"
        f" [@click=\"screen.edit('move_layer', 1)\"]{signs.down}[/]"
    )
