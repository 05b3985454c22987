"""Asks, in threads, what the workbench needs to know: Keras's judgement, its classes, the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from textual.message import Message
from textual.screen import Screen

from kertasks.data.description import Description
from kertasks.errors import UserError
from kertasks.keras_catalog.catalog import Catalog
from kertasks.models.check import ModelCheck
from kertasks.recipes.recipe import Recipe
from kertui.service.training_service import TrainingService


class ModelChecker:
    """Sends recipes to Keras, one at a time; of those that come meanwhile the last one wins.

    A thread cannot be called back, so a queue of them would make a person who types fast wait
    for answers to recipes that are long gone.
    """

    @dataclass
    class Checked(Message):
        """Keras answered."""

        recipe: Recipe
        check: ModelCheck

    @dataclass
    class CheckRefused(Message):
        """Keras could not be asked."""

        recipe: Recipe
        reason: UserError

    @dataclass
    class CatalogRead(Message):
        """Keras's classes are here."""

        catalog: Catalog

    @dataclass
    class CatalogRefused(Message):
        """Keras's classes could not be read."""

        reason: UserError

    @dataclass
    class DataDescribed(Message):
        """What is known of the data; None with the reason."""

        variant: str | None
        seed: int
        description: Description | None
        reason: str = ""

    def __init__(self, screen: Screen[None], service: TrainingService) -> None:
        self._screen = screen
        self._service = service
        self._asked: Recipe | None = None
        self._next: Recipe | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer is under way."""
        return self._asked is not None

    def check(self, recipe: Recipe) -> None:
        """Have the recipe judged; a ``Checked`` or ``CheckRefused`` answers."""
        if self._asked is not None:
            self._next = recipe
            return
        self._asked = recipe
        self._run("check", partial(self._check, recipe))

    def answered(self) -> None:
        """The answer was taken; ask about what came meanwhile."""
        self._asked = None
        if self._next is not None:
            recipe, self._next = self._next, None
            self.check(recipe)

    def read_catalog(self) -> None:
        """Have Keras's classes read; a ``CatalogRead`` or ``CatalogRefused`` answers."""
        self._run("catalog", self._catalog)

    def describe(self, task: str, variant: str | None, seed: int) -> None:
        """Have the data described; a ``DataDescribed`` answers."""
        self._run("describe", partial(self._describe, task, variant, seed))

    def _run(self, group: str, work: Callable[[], None]) -> None:
        self._screen.run_worker(work, name=group, group=group, thread=True)

    def _check(self, recipe: Recipe) -> None:
        try:
            check = self._service.check(recipe)
        except UserError as error:
            self._screen.post_message(self.CheckRefused(recipe, error))
        else:
            self._screen.post_message(self.Checked(recipe, check))

    def _catalog(self) -> None:
        try:
            catalog = self._service.catalog()
        except UserError as error:
            self._screen.post_message(self.CatalogRefused(error))
        else:
            self._screen.post_message(self.CatalogRead(catalog))

    def _describe(self, task: str, variant: str | None, seed: int) -> None:
        try:
            description = self._service.describe(task, variant, seed)
        except UserError as error:
            self._screen.post_message(self.DataDescribed(variant, seed, None, str(error)))
        else:
            self._screen.post_message(self.DataDescribed(variant, seed, description))
