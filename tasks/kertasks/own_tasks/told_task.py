"""What is told of a task by the process that ran its code, to all others: plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from kertasks.data.folds.fold import Fold
from kertasks.data.sources.data_files import find_file
from kertasks.data.sources.source import UnknownDataFile
from kertasks.errors import UserError
from kertasks.kinds import Group, TaskKind
from kertasks.own_tasks.data_task import NAME
from kertasks.recipes.json_form import from_json, to_json
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.recipes.structure import problems_of_structure
from kertasks.task import Task, Variant
from kertasks.text.plain_text import one_line

_LONGEST_QUESTION = 600


class NotATask(UserError):
    """What code calls its task is none; the text says why, as the end of a sentence."""


class ToldTask(msgspec.Struct, frozen=True):
    """A task without its code."""

    name: str
    title: str
    kind: TaskKind
    question: str
    variants: tuple[tuple[str, str], ...]
    """Name and summary of each."""

    recipes: tuple[dict[str, Any], ...]
    """In the form that goes between processes."""

    default_recipe: str
    order: int
    files: tuple[str, ...]
    unit: str | None
    has_script: bool
    has_fold_loader: bool
    version: str
    path: str | None
    """The file its code is in, where there is one."""

    def task(
        self,
        load: Callable[[str, int], Any],
        load_fold: Callable[[str, int, Fold], Any],
        script: Callable[[str], Any],
    ) -> Task:
        """The task, under the heading of a person's own.

        Args:
            load: gives the data; it is what runs the code.
            load_fold: gives the data of one fold; asked only where the task does so itself.
            script: writes the data as a script; asked only where the task has one.

        Raises:
            kertasks.RecipeError: it was told by another version of kertui.
        """
        recipes = [from_json(plain) for plain in self.recipes]
        return Task(
            name=self.name,
            title=self.title,
            group=Group.YOURS,
            kind=self.kind,
            question=self.question,
            variants=tuple(Variant(*variant) for variant in self.variants),
            recipes={recipe.name: recipe for recipe in recipes},
            default_recipe=self.default_recipe,
            loader=load,
            fold_loader=load_fold if self.has_fold_loader else None,
            order=self.order,
            files=self.files,
            unit=self.unit,
            script=script if self.has_script else None,
            version=self.version,
        )


def tell(found: object, version: str, path: str | None) -> ToldTask:
    """Everything that is listed of a task, once it is known to be one.

    Args:
        found: what code calls its task.
        version: another one, once the code is.
        path: of the file the code is in.

    Raises:
        NotATask: it is none, or has faults that a list of tasks would stumble over.
    """
    if not isinstance(found, Task):
        raise NotATask(f"is of the type {type(found).__name__}, and has to be a kertasks.Task")
    if faults := list(_faults(found)):
        raise NotATask("; ".join(faults))
    return ToldTask(
        name=found.name,
        title=one_line(found.title),
        kind=found.kind,
        question=one_line(found.question, _LONGEST_QUESTION),
        variants=tuple((variant.name, one_line(variant.summary)) for variant in found.variants),
        recipes=tuple(_plain(recipe) for recipe in found.recipes.values()),
        default_recipe=found.default_recipe,
        order=found.order,
        files=tuple(found.files),
        unit=None if found.unit is None else one_line(found.unit),
        has_script=found.script is not None,
        has_fold_loader=found.fold_loader is not None,
        version=version,
        path=path,
    )


def _plain(recipe: Recipe) -> dict[str, Any]:
    return {**to_json(recipe), "summary": one_line(recipe.summary)}


def _faults(task: Task) -> Iterator[str]:
    """What is wrong with a task, that Python does not say when it is made."""
    if not isinstance(task.name, str) or NAME.fullmatch(task.name) is None:
        yield f"has the name {task.name!r}: a to z, 0 to 9, hyphens and underscores are allowed"
    if not isinstance(task.kind, TaskKind):
        yield f"has the kind {task.kind!r}, and has to have one of kertasks.kinds.TaskKind"
    texts = {"title": task.title, "question": task.question, "unit": task.unit or ""}
    for name, text in texts.items():
        if not isinstance(text, str):
            yield f"has a {name} that is of the type {type(text).__name__}, and no text"
    if not isinstance(task.order, int):
        yield f"has the order {task.order!r}, and has to have a whole number"
    if isinstance(task.files, str) or not all(isinstance(name, str) for name in task.files):
        yield "has files that are no tuple of names"
    else:
        yield from _faults_of_files(task)
    functions = (task.loader, *filter(None, (task.fold_loader, task.script)))
    if not all(map(callable, functions)):
        yield "has a loader, a fold_loader or a script that is no function"
    yield from _faults_of_variants(task)
    yield from _faults_of_recipes(task)


def _faults_of_files(task: Task) -> Iterator[str]:
    for name in task.files:
        try:
            find_file(name)
        except UnknownDataFile as error:
            yield f"has files that kertui does not know: {error}"


def _faults_of_variants(task: Task) -> Iterator[str]:
    if not task.variants:
        yield "has no variant of its data"
    for variant in task.variants:
        texts = (variant.name, variant.summary) if isinstance(variant, Variant) else (None,)
        if not all(isinstance(text, str) for text in texts):
            yield f"has a variant that is none: {variant!r}"


def _faults_of_recipes(task: Task) -> Iterator[str]:
    if not isinstance(task.recipes, Mapping) or not task.recipes:
        yield "has no recipes: a dictionary of them, by name, is needed"
        return
    if task.default_recipe not in task.recipes:
        yield f"has the default recipe {task.default_recipe!r}, which is none of its recipes"
    variants = [getattr(variant, "name", None) for variant in task.variants]
    for name, recipe in task.recipes.items():
        if not isinstance(recipe, Recipe):
            yield f"has a recipe {name!r} that is of the type {type(recipe).__name__}"
            continue
        if recipe.name != name:
            yield f"has the recipe {recipe.name!r} under the name {name!r}"
        if recipe.task != task.name:
            yield f"has a recipe {name!r} of the task {recipe.task!r}"
        if recipe.data.variant not in (None, *variants):
            yield f"has a recipe {name!r} of the variant {recipe.data.variant!r}, which it has not"
        try:
            problems = list(problems_of_structure(from_json(to_json(recipe))))
        except RecipeError as error:
            problems = list(error.problems)
        except (AttributeError, TypeError) as error:
            yield f"has a recipe {name!r} that is none: {error}"
            continue
        yield from (f"has a recipe {name!r} with a fault: {problem}" for problem in problems[:1])
