"""The fields of how a recipe is trained: optimizer, loss, metrics, epochs, data, seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from kertasks.data.description import Description
from kertasks.keras_catalog.catalog import Argument, Catalog, Family
from kertasks.recipes.recipe import Component, FitSettings, Recipe
from kertasks.recipes.recipe_errors import Problem
from kertasks.task import Task
from kertui.forms.fields import (
    Choice,
    Entry,
    Field,
    argument_field,
    class_choices,
    say,
)
from kertui.forms.settings_arguments import BATCH, EPOCHS, MIN_DELTA, PATIENCE, SEED
from kertui.text.recipe_values import NOTHING, allowed_words, format_value
from kertui.workbench.draft.recipe_check import Refusal

_RATE: Final = "learning_rate"
_OFF: Final = "off"


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What of the data the settings need to know."""

    variants: tuple[tuple[str, str], ...]
    """Name and summary of each; the first is the default."""

    validation_rows: int | None = None
    """Rows the variant itself holds out: 0 for none; None while it is not known."""


def data_facts(task: Task, description: Description | None) -> DataFacts:
    """What of a task's data the settings need to know.

    Args:
        task: whose data.
        description: None while nothing is known of it.
    """
    variants = tuple((variant.name, variant.summary) for variant in task.variants)
    if description is None:
        return DataFacts(variants)
    held = [split.rows for split in description.splits if split.name == "validation"]
    return DataFacts(variants, held[0] if held else 0)


def settings_fields(
    recipe: Recipe,
    catalog: Catalog | None,
    facts: DataFacts,
    problems: Sequence[Problem] = (),
    everything: bool = False,
) -> tuple[Field, ...]:
    """The fields, those of short values two on a line."""
    found = [
        *_optimizer_fields(recipe.compile.optimizer, catalog, everything),
        *_loss_fields(recipe.compile.loss, catalog, everything),
        _metrics_field(recipe, catalog),
        _number_field("fit.epochs", "epochs", recipe.fit.epochs, EPOCHS),
        _number_field("fit.batch_size", "batch", recipe.fit.batch_size, BATCH, beside=True),
        _validation_field(recipe, facts),
        *_early_fields(recipe.fit, everything),
        _toggle(
            "fit.shuffle",
            "shuffle",
            recipe.fit.shuffle,
            "Rows in a new order each epoch.",
            changed=not recipe.fit.shuffle,
        ),
        _number_field("seed", "seed", recipe.seed, SEED, beside=True),
        _data_field(recipe, facts),
    ]
    return tuple(_with_problem(field, problems) for field in found)


def hidden_settings(recipe: Recipe, catalog: Catalog | None) -> int:
    """How many fields ``everything`` adds."""
    none = DataFacts(())
    shown = settings_fields(recipe, catalog, none)
    return len(settings_fields(recipe, catalog, none, everything=True)) - len(shown)


def with_refusal(fields: Sequence[Field], refusal: Refusal) -> tuple[Field, ...]:
    """The fields, the one that is refused with the reason."""
    return tuple(
        replace(field, problem=refusal.reason)
        if field.path and ".".join(field.path) == refusal.path
        else field
        for field in fields
    )


def say_refusal(refusal: Refusal, recipe: Recipe, catalog: Catalog | None, into: str) -> str:
    """Why the settings are refused, with the field named as it is on screen.

    Args:
        refusal: of a setting, or of the model as a whole, which has no field.
        recipe: whose settings.
        catalog: None while Keras's classes are not here yet.
        into: the sign between a field and one inside of it.
    """
    path = tuple(refusal.path.split("."))
    fields = settings_fields(recipe, catalog, DataFacts(()), everything=True)
    labels = [field.label for field in fields if field.path == path[: len(field.path)]]
    where = f" {into} ".join(labels) or refusal.path
    return f"{where}: {refusal.reason}" if where else refusal.reason


def _with_problem(field: Field, problems: Sequence[Problem]) -> Field:
    path = ".".join(field.path)
    for problem in problems:
        inside = problem.path.removeprefix(path + ".") if path else problem.path
        deeper = problem.path != path and problem.path.startswith(path + ".")
        # A metric's place in its list, or what has no field of its own, is said at the list.
        if problem.path == path or (deeper and inside.split(".")[0].isdigit()):
            return replace(field, problem=say(problem))
    return field


def _optimizer_fields(
    optimizer: Component, catalog: Catalog | None, everything: bool
) -> list[Field]:
    path = ("compile", "optimizer")
    head = Field(
        path,
        "optimizer",
        Entry.PICK if catalog else Entry.FACT,
        optimizer.class_name,
        changed=True,
        help="How the weights are moved down the slope of the loss.",
        choices=class_choices(catalog, Family.OPTIMIZERS) if catalog else (),
    )
    info = catalog.find(Family.OPTIMIZERS, optimizer.class_name) if catalog else None
    if info is None or catalog is None:
        told = [
            Field((*path, name), _short(name), Entry.FACT, format_value(value), True, depth=1)
            for name, value in optimizer.arguments.items()
        ]
        return [head, *told]
    fields = [head]
    rate = info.argument(_RATE)
    if rate is not None:
        field = argument_field(optimizer.arguments, rate, catalog, path)
        fields.append(replace(field, label="rate", beside=True))
    for argument in info.arguments:
        given = argument.name in optimizer.arguments
        if argument.name != _RATE and argument.name != "name" and (given or everything):
            fields.append(argument_field(optimizer.arguments, argument, catalog, path, 1))
    return fields


def _loss_fields(loss: str | Component, catalog: Catalog | None, everything: bool) -> list[Field]:
    path = ("compile", "loss")
    component = loss if isinstance(loss, Component) else Component(loss)
    head = Field(
        path,
        "loss",
        Entry.PICK if catalog else Entry.FACT,
        component.class_name,
        changed=True,
        help="What training makes small.",
        choices=class_choices(catalog, Family.LOSSES) if catalog else (),
    )
    info = catalog.find(Family.LOSSES, component.class_name) if catalog else None
    if info is None or catalog is None:
        return [head]
    return [
        head,
        *(
            argument_field(component.arguments, argument, catalog, path, 1)
            for argument in info.arguments
            if argument.name in component.arguments or (everything and argument.name != "name")
        ),
    ]


def _metrics_field(recipe: Recipe, catalog: Catalog | None) -> Field:
    choices = class_choices(catalog, Family.METRICS) if catalog else ()
    if choices and not any(choice.text == "accuracy" for choice in choices):
        choices = (Choice("accuracy", "Share of rows whose label is predicted."), *choices)
    return Field(
        ("compile", "metrics"),
        "metrics",
        Entry.PICK_SEVERAL if catalog else Entry.FACT,
        ", ".join(format_value(metric) for metric in recipe.compile.metrics) or NOTHING,
        changed=bool(recipe.compile.metrics),
        help="What is measured beside the loss; training does not follow it.",
        choices=choices,
        allowed="Keras's metrics with commas between, or none",
    )


def _number_field(
    path: str,
    label: str,
    value: int | float,
    argument: Argument,
    beside: bool = False,
    depth: int = 0,
) -> Field:
    return Field(
        tuple(path.split(".")),
        label,
        Entry.TEXT,
        format_value(value),
        changed=argument.required or value != argument.default,
        allowed=allowed_words(argument),
        help=argument.help,
        argument=argument,
        beside=beside,
        depth=depth,
    )


def _allowed(argument: Argument) -> str:
    return allowed_words(argument)


def _toggle(path: str, label: str, value: bool, help: str, changed: bool, depth: int = 0) -> Field:
    return Field(
        tuple(path.split(".")),
        label,
        Entry.TOGGLE,
        "yes" if value else "no",
        changed=changed,
        allowed="yes or no",
        help=help,
        depth=depth,
    )


def _validation_field(recipe: Recipe, facts: DataFacts) -> Field:
    split = recipe.fit.validation_split
    if facts.validation_rows:
        rows = f"{facts.validation_rows:,}".replace(",", " ")
        return Field(
            ("fit", "validation_split"),
            "validation",
            Entry.FACT,
            f"{rows} rows held out by the data",
            help="This data brings rows to validate on; a split is for data without.",
        )
    return Field(
        ("fit", "validation_split"),
        "validation",
        Entry.TEXT,
        f"{format_value(round(split * 100, 10))} %" if split else NOTHING,
        changed=bool(split),
        allowed="a share of the rows: 0.2, 20 %, or none",
        help="The last rows, held out before shuffling as in Keras, to measure on and not to "
        "train on.",
        note="the last rows" if split else "",
    )


def _early_fields(fit: FitSettings, everything: bool) -> list[Field]:
    early = fit.early_stopping
    head = Field(
        ("fit", "early_stopping"),
        "early stop",
        Entry.TOGGLE,
        "on" if early else _OFF,
        changed=early is not None,
        allowed="on or off",
        help="Stop when the monitored value has not become better for some epochs.",
    )
    if early is None:
        return [head]
    path = ("fit", "early_stopping")
    watched = ["val_loss", "loss"]
    if early.monitor not in watched:
        watched.append(early.monitor)
    fields = [
        head,
        Field(
            (*path, "monitor"),
            "monitor",
            Entry.TEXT,
            early.monitor,
            True,
            depth=1,
            allowed="a metric by Keras's name: val_loss, loss, val_accuracy",
            help="What is watched; val_ names are of the validation rows.",
            choices=tuple(Choice(name) for name in watched),
        ),
        _number_field(
            "fit.early_stopping.patience", "patience", early.patience, PATIENCE, beside=True
        ),
    ]
    if everything or early.min_delta or not early.restore_best_weights:
        fields += [
            _number_field(
                "fit.early_stopping.min_delta", "min_delta", early.min_delta, MIN_DELTA, depth=1
            ),
            _toggle(
                "fit.early_stopping.restore_best_weights",
                "keep best",
                early.restore_best_weights,
                "Go back to the weights of the best epoch at the end (restore_best_weights).",
                changed=not early.restore_best_weights,
                depth=1,
            ),
        ]
    return fields


def _data_field(recipe: Recipe, facts: DataFacts) -> Field:
    default = facts.variants[0][0] if facts.variants else ""
    current = recipe.data.variant or default
    return Field(
        ("data", "variant"),
        "data",
        Entry.PICK,
        current,
        changed=True,
        help=dict(facts.variants).get(current, "Which of the task's data to train on."),
        choices=tuple(Choice(name, summary) for name, summary in facts.variants),
    )


def _short(name: str) -> str:
    return "rate" if name == _RATE else name
