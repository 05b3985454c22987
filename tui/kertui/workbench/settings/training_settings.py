"""How the network is trained: the form of everything that is not a layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.message import Message

from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.recipe_errors import Problem
from kertui.forms.field_form import FieldForm
from kertui.forms.fields import Field
from kertui.terminal.glyphs import glyphs_for
from kertui.workbench.draft.recipe_check import Refusal
from kertui.workbench.settings.settings_fields import (
    DataFacts,
    enter_setting,
    explain_refusal,
    hidden_settings,
    reset_setting,
    settings_fields,
    with_refusal,
)


class TrainingSettings(FieldForm):
    """Optimizer, loss, metrics, epochs, batch size, validation, early stopping, seed, data."""

    DEFAULT_CSS = """
    TrainingSettings {
        height: auto;
        & > FieldGrid { max-height: 16; }
        & > .form--help { height: 2; }
    }
    """

    @dataclass
    class SettingChanged(Message):
        """A setting of the recipe got another value."""

        recipe: Recipe
        what: str
        """The name of the setting, as the form shows it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._recipe: Recipe | None = None
        self._catalog: Catalog | None = None
        self._facts = DataFacts(())
        self._problems: Sequence[Problem] = ()
        self._refusal: Refusal | None = None

    def on_mount(self) -> None:
        """Name the form."""
        self.show_title(Content.styled("Training", "bold"))

    def show_settings(
        self,
        recipe: Recipe,
        catalog: Catalog | None,
        facts: DataFacts,
        problems: Sequence[Problem] = (),
        refusal: Refusal | None = None,
    ) -> None:
        """Show the recipe's settings.

        Args:
            recipe: whose settings.
            catalog: None while Keras's classes are not here yet.
            facts: of the data.
            problems: of the whole recipe.
            refusal: why Keras refuses to train with these settings.
        """
        self._recipe, self._catalog, self._facts = recipe, catalog, facts
        self._problems, self._refusal = problems, refusal
        self._reason = (
            None
            if refusal is None
            else explain_refusal(refusal, recipe, catalog, glyphs_for(self.app).into)
        )
        self.set_class(refusal is not None, "-refused")
        self.show_form()

    def show_form(self) -> None:
        """Show the settings as they were told last."""
        if self._recipe is None:
            return
        fields = settings_fields(
            self._recipe, self._catalog, self._facts, self._problems, self.everything
        )
        if self._refusal is not None:
            fields = with_refusal(fields, self._refusal)
        hidden = 0 if self.everything else hidden_settings(self._recipe, self._catalog)
        self.show_fields(fields, hidden)

    def enter_value(self, field: Field, text: str) -> None:
        """Judge what was typed and tell it."""
        if self._recipe is not None:
            recipe = enter_setting(self._recipe, field.path, text, self._catalog)
            self.post_message(self.SettingChanged(recipe, field.label))

    def reset_value(self, field: Field) -> None:
        """Give the setting's default back."""
        if self._recipe is not None:
            recipe = reset_setting(self._recipe, field.path)
            self.post_message(self.SettingChanged(recipe, field.label))
