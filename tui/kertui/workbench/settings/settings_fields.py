"""The settings of how a recipe is trained, as fields, and what is typed into them as a recipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from kertasks.data.described.description import Description
from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Catalog, Family
from kertasks.recipes.recipe import (
    CompileSettings,
    Component,
    EarlyStopping,
    FitSettings,
    Recipe,
)
from kertasks.recipes.recipe_errors import Problem
from kertasks.recipes.structure import MODES
from kertasks.task import Task
from kertasks.text.numbers import grouped
from kertui.forms.argument_path import DEFAULT, ArgumentPath, with_argument
from kertui.forms.fields import (
    Choice,
    Entry,
    Field,
    argument_field,
    class_choices,
    enter_value,
    explain_problem,
    with_class,
)
from kertui.text.recipe_values import (
    NOTHING,
    NotAllowed,
    allowed_words,
    format_value,
    parse_value,
)
from kertui.workbench.draft.recipe_check import Refusal

_Record = TypeVar("_Record")
_RATE: Final = "learning_rate"
_SHARE_WORDS: Final = "a share of the rows: 0.2, 20 %, or none"
_MONITOR_WORDS: Final = "a metric by Keras's name: val_loss, loss, val_accuracy"

_FAMILIES: Final = {"optimizer": Family.OPTIMIZERS, "loss": Family.LOSSES}
_DEFAULTS: Final = Recipe(
    "", "", (), CompileSettings(), FitSettings(early_stopping=EarlyStopping())
)
"""What a setting has that was reset; early stopping itself is off then."""


def _value_at(recipe: Recipe, path: ArgumentPath) -> Any:
    """What stands at a place of the recipe."""
    value: Any = recipe
    for name in path:
        value = getattr(value, name)
    return value


def _setting(
    path: str, label: str, kind: ArgumentKind, help: str, minimum: int = 0, chosen: bool = False
) -> tuple[ArgumentPath, Argument]:
    """A setting that is no Keras argument, with what it may be said as Keras's arguments say it.

    Args:
        path: its place in the recipe.
        label: of its field.
        kind: how it is entered.
        help: what it is.
        minimum: the least that a number may be.
        chosen: whether its default is shown as a value that a person chose.
    """
    place = tuple(path.split("."))
    default = _value_at(_DEFAULTS, place)
    return place, Argument(label, kind, chosen, default, False, help=help, minimum=minimum)


_PLAIN: Final = dict(
    (
        _setting("fit.epochs", "epochs", ArgumentKind.INTEGER, "Passes over the rows.", 1, True),
        _setting(
            "fit.batch_size",
            "batch",
            ArgumentKind.INTEGER,
            "Rows the weights are moved for at once. Fewer: more and noisier steps an epoch.",
            minimum=1,
            chosen=True,
        ),
        _setting("fit.shuffle", "shuffle", ArgumentKind.BOOLEAN, "Rows in a new order each epoch."),
        _setting(
            "fit.keep",
            "keep",
            ArgumentKind.INTEGER,
            "Of how many epochs the weights are kept at most, to look back at; 0 for none.",
        ),
        _setting(
            "fit.early_stopping.monitor",
            "monitor",
            ArgumentKind.STRING,
            "What is watched; val_ names are of the validation rows.",
            chosen=True,
        ),
        _setting(
            "fit.early_stopping.patience",
            "patience",
            ArgumentKind.INTEGER,
            "Epochs without a better value after which training stops.",
        ),
        _setting(
            "fit.early_stopping.min_delta",
            "min_delta",
            ArgumentKind.NUMBER,
            "How much better a value must be to count as better.",
        ),
        (
            ("fit", "early_stopping", "mode"),
            Argument(
                "mode",
                ArgumentKind.CHOICE,
                False,
                "auto",
                False,
                choices=MODES,
                help="Whether the value is better when it is small (min) or large (max); auto: as "
                "Keras knows of the metric.",
            ),
        ),
        (
            ("fit", "early_stopping", "baseline"),
            Argument(
                "baseline",
                ArgumentKind.NUMBER,
                False,
                None,
                True,
                help="A value that must be beaten for the waiting to begin anew.",
            ),
        ),
        _setting(
            "fit.early_stopping.restore_best_weights",
            "keep best",
            ArgumentKind.BOOLEAN,
            "Go back to the weights of the best epoch at the end (restore_best_weights).",
        ),
        _setting(
            "seed",
            "seed",
            ArgumentKind.INTEGER,
            "Seeds the data, the weights, Dropout and the order of the rows: the same seed gives "
            "the same numbers.",
            chosen=True,
        ),
    )
)
"""The settings that are one value, by their place in the recipe, with what that may be."""


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
    """The fields, those of short values two on a line.

    Args:
        recipe: whose settings.
        catalog: None while Keras's classes are not here yet.
        facts: of the data.
        problems: of the whole recipe; those of a setting go to its field.
        everything: whether settings that are as by default are shown too.
    """
    moves = "How the weights are moved down the slope of the loss."
    found = [
        *_component_fields(recipe, "optimizer", moves, catalog, everything),
        *_component_fields(recipe, "loss", "What training makes small.", catalog, everything),
        _metrics_field(recipe, catalog),
        _plain_field(recipe, ("fit", "epochs")),
        _plain_field(recipe, ("fit", "batch_size"), beside=True),
        _validation_field(recipe, facts),
        *_early_fields(recipe, everything),
        _plain_field(recipe, ("fit", "shuffle")),
        _plain_field(recipe, ("seed",), beside=True),
        *(field for field in [_plain_field(recipe, ("fit", "keep"))] if field.changed),
        _data_field(recipe, facts),
    ]
    return tuple(_with_problem(field, problems) for field in found)


def hidden_settings(recipe: Recipe, catalog: Catalog | None) -> int:
    """How many fields are left out of ``settings_fields`` without ``everything``."""
    none = DataFacts(())
    shown = settings_fields(recipe, catalog, none)
    return len(settings_fields(recipe, catalog, none, everything=True)) - len(shown)


def explain_refusal(refusal: Refusal, recipe: Recipe, catalog: Catalog | None, into: str) -> str:
    """Why the settings are refused, with the field named as it is on screen.

    Args:
        refusal: of a setting, or of the model as a whole, which has no field.
        recipe: whose settings.
        catalog: None while Keras's classes are not here yet.
        into: the sign between a field and one inside of it.
    """
    if refusal.layer is not None:
        return f"layer {refusal.layer + 1}: {refusal.reason}"
    path = tuple(refusal.path.split("."))
    fields = settings_fields(recipe, catalog, DataFacts(()), everything=True)
    labels = [field.label for field in fields if field.path == path[: len(field.path)]]
    where = f" {into} ".join(labels) or refusal.path
    return f"{where}: {refusal.reason}" if where else refusal.reason


def _with_problem(field: Field, problems: Sequence[Problem]) -> Field:
    path = ".".join(field.path)
    for problem in problems:
        inside = problem.path.removeprefix(f"{path}.")
        # A metric's place in its list, or what has no field of its own, is said at the list.
        if problem.path == path or inside.split(".")[0].isdigit():
            return replace(field, problem=explain_problem(problem))
    return field


def _component_fields(
    recipe: Recipe, name: str, help: str, catalog: Catalog | None, everything: bool
) -> list[Field]:
    """The field of the optimizer or of the loss, and those of its arguments."""
    path, component, family = ("compile", name), _component(recipe, name), _FAMILIES[name]
    head = Field(
        path,
        name,
        Entry.PICK if catalog else Entry.FACT,
        component.class_name,
        changed=True,
        help=help,
        choices=class_choices(catalog, family) if catalog else (),
    )
    given = component.arguments
    info = catalog.find(family, component.class_name) if catalog else None
    if info is None or catalog is None:
        return [head] + [
            Field((*path, key), _short(key), Entry.FACT, format_value(value), True, depth=1)
            for key, value in given.items()
        ]
    fields = [head]
    for argument in info.arguments:
        if argument.name == _RATE:
            rate = argument_field(given, argument, catalog, path)
            fields.insert(1, replace(rate, label=_short(_RATE), beside=True))
        elif argument.name in given or (everything and argument.name != "name"):
            fields.append(argument_field(given, argument, catalog, path, 1))
    return fields


def _short(name: str) -> str:
    return "rate" if name == _RATE else name


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


def _plain_field(recipe: Recipe, path: ArgumentPath, beside: bool = False, depth: int = 0) -> Field:
    """The field of a setting that is one value."""
    argument, value = _PLAIN[path], _value_at(recipe, path)
    toggle = argument.kind is ArgumentKind.BOOLEAN
    return Field(
        path,
        argument.name,
        Entry.TOGGLE if toggle else Entry.PICK if argument.choices else Entry.TEXT,
        format_value(value),
        changed=argument.required or value != argument.default,
        allowed=allowed_words(argument),
        help=argument.help,
        choices=tuple(map(Choice, argument.choices)),
        argument=None if toggle else argument,
        beside=beside,
        depth=depth,
    )


def _validation_field(recipe: Recipe, facts: DataFacts) -> Field:
    split = recipe.fit.validation_split
    if recipe.data.held_out_fold is not None:
        return Field(
            ("fit", "validation_split"),
            "validation",
            Entry.FACT,
            str(recipe.data.held_out_fold),
            help="One fold of a cross-validation is held out; a split is for recipes without.",
        )
    if facts.validation_rows:
        trained_on = recipe.data.train_on_validation
        held = "of the data, trained on too" if trained_on else "held out by the data"
        return Field(
            ("fit", "validation_split"),
            "validation",
            Entry.FACT,
            f"{grouped(facts.validation_rows)} rows {held}",
            help="This data brings rows to validate on; a split is for data without.",
        )
    return Field(
        ("fit", "validation_split"),
        "validation",
        Entry.TEXT,
        f"{format_value(round(split * 100, 10))} %" if split else NOTHING,
        changed=bool(split),
        allowed=_SHARE_WORDS,
        help="The last rows, held out before shuffling as in Keras, to measure on and not to "
        "train on.",
        note="the last rows" if split else "",
    )


def _early_fields(recipe: Recipe, everything: bool) -> list[Field]:
    path, early = ("fit", "early_stopping"), recipe.fit.early_stopping
    head = Field(
        path,
        "early stop",
        Entry.TOGGLE,
        "on" if early else "off",
        changed=early is not None,
        allowed="on or off",
        help="Stop when the monitored value has not become better for some epochs.",
    )
    if early is None:
        return [head]
    watched = dict.fromkeys(("val_loss", "loss", early.monitor))
    monitor = replace(
        _plain_field(recipe, (*path, "monitor"), depth=1),
        changed=True,
        allowed=_MONITOR_WORDS,
        choices=tuple(Choice(name) for name in watched),
        argument=None,
    )
    fields = [head, monitor, _plain_field(recipe, (*path, "patience"), beside=True)]
    hidden = ("min_delta", "restore_best_weights", "mode", "baseline")
    rare = [_plain_field(recipe, (*path, name), depth=1) for name in hidden]
    if everything or any(field.changed for field in rare):
        fields += rare
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


def enter_setting(recipe: Recipe, path: ArgumentPath, text: str, catalog: Catalog | None) -> Recipe:
    """The recipe with what was typed into a settings field.

    Raises:
        NotAllowed: saying what is allowed instead.
    """
    match path:
        case ("fit", "validation_split"):
            return _with_value(recipe, path, _share(text))
        case ("fit", "early_stopping"):
            early = recipe.fit.early_stopping or EarlyStopping()
            return _with_value(recipe, path, early if text in {"yes", "on"} else None)
        case ("fit", "early_stopping", "monitor") if not text.strip():
            raise NotAllowed(_MONITOR_WORDS)
        case ("data", "variant"):
            return _with_value(recipe, path, text)
        case ("compile", "metrics"):
            return _with_value(recipe, path, _metrics(recipe, text, catalog))
    if path in _PLAIN:
        return _with_value(recipe, path, parse_value(text, _PLAIN[path]))
    if catalog is None:
        raise NotAllowed("nothing yet: Keras's classes are still being read")
    family, component = _FAMILIES[path[1]], _component(recipe, path[1])
    if len(path) == 2:
        current = _value_at(recipe, path)
        return _with_value(recipe, path, with_class(text, current, family, catalog))
    info = catalog.find(family, component.class_name)
    argument = info.argument(path[2]) if info else None
    if argument is None:
        raise NotAllowed(f"no argument {path[2]}")
    value = enter_value(text, argument, component.arguments.get(path[2]), catalog)
    arguments = with_argument(component.arguments, path[2:], value)
    return _with_value(recipe, path[:2], replace(component, arguments=arguments))


def reset_setting(recipe: Recipe, path: ArgumentPath) -> Recipe:
    """The recipe with a setting's default back; optimizer and loss have none."""
    match path:
        case ("compile", "optimizer" | "loss"):
            return recipe
        case ("compile", "optimizer" | "loss" as name, *inner):
            component = _component(recipe, name)
            arguments = with_argument(component.arguments, tuple(inner), DEFAULT)
            return _with_value(recipe, path[:2], replace(component, arguments=arguments))
        case ("fit", "early_stopping"):
            return _with_value(recipe, path, None)
    return _with_value(recipe, path, _value_at(_DEFAULTS, path))


def _with_value(record: _Record, path: Sequence[str], value: Any) -> _Record:
    """A record of the recipe with another value at a place in it."""
    first, *rest = path
    if rest:
        # Of what a recipe has, early stopping alone may be absent.
        value = _with_value(getattr(record, first) or EarlyStopping(), rest, value)
    known: Any = record  # a dataclass with a field of that name
    changed: _Record = replace(known, **{first: value})
    return changed


def _component(recipe: Recipe, which: str) -> Component:
    value: str | Component = getattr(recipe.compile, which)
    return value if isinstance(value, Component) else Component(value)


def _share(text: str) -> float:
    """``0.2``, ``20 %`` and ``none`` as a share."""
    text = text.strip().casefold()
    if text in {NOTHING, "", "off"}:
        return 0.0
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise NotAllowed(_SHARE_WORDS) from None
    if not 0 <= share < 1:
        raise NotAllowed(f"{_SHARE_WORDS}; less than 1")
    return share


def _metrics(recipe: Recipe, text: str, catalog: Catalog | None) -> tuple[str | Component, ...]:
    """Names with commas between; a metric that has arguments keeps them."""
    before = {format_value(metric): metric for metric in recipe.compile.metrics}
    found: list[str | Component] = []
    for name in _names(text):
        if name not in before and catalog is not None and name not in {"accuracy", "acc"}:
            argument = Argument(
                "metrics", ArgumentKind.COMPONENT, True, None, False, family=Family.METRICS
            )
            parse_value(name, argument, catalog)
        found.append(before.get(name, name))
    return tuple(found)


def _names(text: str) -> list[str]:
    """Split at commas that are not inside brackets."""
    names, depth, start = [], 0, 0
    for place, character in enumerate(text + ","):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth <= 0:
            names.append(text[start:place].strip())
            start = place + 1
    return [name for name in names if name and name != NOTHING]
