"""How the network is trained: the form of everything that is not a layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual.content import Content

from kertasks.groups.sweep.dimension import Dimension
from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.recipe_errors import Problem
from kertui.forms.field_form import FieldForm
from kertui.forms.fields import Field
from kertui.terminal.glyphs import glyphs_for
from kertui.workbench.draft.draft import RecipeDraft
from kertui.workbench.draft.recipe_check import Refusal
from kertui.workbench.draft.varying import dimension_at
from kertui.workbench.settings.settings_fields import (
    DataFacts,
    enter_setting,
    explain_refusal,
    hidden_settings,
    reset_setting,
    settings_fields,
)


class TrainingSettings(FieldForm):
    """Optimizer, loss, metrics, epochs, batch size, validation, early stopping, seed, data.

    Args:
        draft: in which the settings are changed.
    """

    DEFAULT_CSS = """
    TrainingSettings {
        height: auto;
        & > FieldGrid { max-height: 16; }
        & > .form--help { height: 2; }
    }
    """

    def __init__(self, draft: RecipeDraft, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._draft = draft
        self._catalog: Catalog | None = None
        self._facts = DataFacts(())
        self._problems: Sequence[Problem] = ()
        self._refusal: Refusal | None = None

    def on_mount(self) -> None:
        """Show the title, which never changes."""
        self.show_title(Content.styled("Training", "bold"))

    def show_settings(
        self,
        catalog: Catalog | None,
        facts: DataFacts,
        problems: Sequence[Problem] = (),
        refusal: Refusal | None = None,
        cautions: Sequence[Refusal] = (),
    ) -> None:
        """Show the settings of the recipe in the draft.

        Args:
            catalog: None while Keras's classes are not here yet.
            facts: of the data.
            problems: of the whole recipe.
            refusal: why Keras refuses to train with these settings.
            cautions: what is refused besides; where nothing is, what should be known before.
        """
        self._catalog, self._facts = catalog, facts
        self._problems, self._refusal, self._reason = problems, refusal, None
        into, recipe = glyphs_for(self.app).into, self._draft.recipe
        if refusal is not None:
            self._reason = explain_refusal(refusal, recipe, catalog, into)
        self._cautions = [explain_refusal(one, recipe, catalog, into) for one in cautions]
        self.set_class(refusal is not None, "-refused")
        self.show_form()

    def show_form(self) -> None:
        """Show the settings as they were told last."""
        recipe = self._draft.recipe
        fields = settings_fields(
            recipe, self._catalog, self._facts, self._problems, self.everything
        )
        refusal = self._refusal
        if refusal is not None:
            fields = tuple(
                replace(field, problem=refusal.reason)
                if ".".join(field.path) == refusal.path
                else field
                for field in fields
            )
        hidden = 0 if self.everything else hidden_settings(recipe, self._catalog)
        self.show_fields(fields, hidden)

    def enter_value(self, field: Field, text: str) -> None:
        """Put what was typed into the draft."""
        recipe = enter_setting(self._draft.recipe, field.path, text, self._catalog)
        self._draft.change(recipe)
        self.post_message(self.Edited())

    def dimension_of(self, field: Field, text: str) -> Dimension | None:
        """What a sweep over a setting would vary."""
        return dimension_at(self._draft.recipe, ".".join(field.path), text, self._catalog)

    def varied(self, field: Field) -> str:
        """What a sweep is to try of a setting."""
        found = self._draft.varied.get(".".join(field.path))
        return "" if found is None else found.spelled

    def reset_value(self, field: Field) -> None:
        """Put the setting's default into the draft."""
        self._draft.change(reset_setting(self._draft.recipe, field.path))
        self.post_message(self.Edited())
