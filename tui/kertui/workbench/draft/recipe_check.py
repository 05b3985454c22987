"""What kertui and Keras say of the recipe as it stands: shapes, counts, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass

from kertasks.keras_catalog.catalog import Catalog
from kertasks.models.check import LayerCheck, ModelCheck
from kertasks.recipes.recipe import Layer, Recipe
from kertasks.recipes.recipe_errors import Problem
from kertasks.recipes.validation import validate
from kertui.forms.fields import explain_problem, problems_at


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the recipe cannot be trained, or what is odd about it."""

    path: str
    """As in ``--set``; empty for the model as a whole."""

    reason: str
    """Why, in one line."""

    @property
    def layer(self) -> int | None:
        """Which layer it is about; None for a setting or the whole."""
        first, _, rest = self.path.partition(".")
        number = rest.partition(".")[0]
        return int(number) if first == "layers" and number.isdigit() else None


class RecipeCheck:
    """The check of one recipe, first by kertui's own rules, then by Keras.

    Keras's answer takes a moment; until it is here the layers that were there before keep
    what was said of them.
    """

    def __init__(self) -> None:
        self.recipe: Recipe | None = None
        """The recipe that is checked; None before the first."""

        self.problems: tuple[Problem, ...] = ()
        """What kertui's own rules find, known at once."""

        self.model_check: ModelCheck | None = None
        """Keras's answer for the recipe as it stands; None until it is here."""

        self.input_shape: tuple[int | None, ...] | None = None
        """Of one row of the data; None until it is known."""

        self._layer_checks: list[tuple[Layer, LayerCheck]] = []

    def check_rules(self, recipe: Recipe, catalog: Catalog | None) -> None:
        """Check a recipe by kertui's own rules; Keras's answer on another one is void."""
        if recipe != self.recipe:
            self.model_check = None
        if self.recipe is not None and recipe.data != self.recipe.data:
            self.input_shape = None
        self.recipe = recipe
        self.problems = validate(recipe, catalog)

    def take_model_check(self, recipe: Recipe, check: ModelCheck) -> None:
        """Take Keras's answer, unless it is about a recipe that is not the current one."""
        if recipe == self.recipe:
            self.model_check, self.input_shape = check, check.input_shape
            self._layer_checks = list(zip(recipe.layers, check.layers, strict=False))

    def forget_model_check(self) -> None:
        """Forget Keras's answers: one cannot be had, and nothing old may stand for it."""
        self.model_check = None
        self._layer_checks = []

    def layer_check(self, index: int) -> LayerCheck | None:
        """What Keras says, or last said, of a layer; None when it never saw it."""
        if self.recipe is None:
            return None
        if self.model_check is not None and index < len(self.model_check.layers):
            return self.model_check.layers[index]
        layer = self.recipe.layers[index]
        return next((check for seen, check in self._layer_checks if seen is layer), None)

    def refusal(self) -> Refusal | None:
        """Why it cannot be trained; None when nothing speaks against it (yet)."""
        if self.problems:
            return Refusal(self.problems[0].path, explain_problem(self.problems[0]))
        if self.model_check is not None and self.model_check.error:
            return Refusal(self.model_check.error_path or "", self.model_check.error)
        return None

    @property
    def cautions(self) -> tuple[Refusal, ...]:
        """What is refused besides ``refusal``; where nothing is, what should be known before."""
        check = self.model_check
        if check is None or self.problems:
            return ()
        found = check.more_errors if check.error is not None else check.warnings
        return tuple(Refusal(one.path, one.reason) for one in found)

    def layer_reason(self, index: int) -> str | None:
        """Why a layer is refused, in one line."""
        for argument, reason in problems_at(f"layers.{index}", self.problems).items():
            return f"{argument}: {reason}" if argument else reason
        if self.model_check is not None and index < len(self.model_check.layers):
            error = self.model_check.layers[index].error
            if error:
                return error
        refusal = self.refusal()
        return refusal.reason if refusal is not None and refusal.layer == index else None

    def setting_refusal(self) -> Refusal | None:
        """Why the settings are refused, or the model as a whole."""
        refusal = self.refusal()
        return refusal if refusal is not None and refusal.layer is None else None
