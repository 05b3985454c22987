"""The fields of how a recipe is trained: optimizer, loss, metrics, epochs, data, seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from kertasks.layers.catalog import Argument, ArgumentKind, Catalog, Family
from kertasks.recipes.errors import Problem
from kertasks.recipes.recipe import Component, EarlyStopping, FitSettings, Recipe, Value
from kertui.editing.draft import DEFAULT, ArgumentPath, Unset, with_argument
from kertui.editing.fields import (
    Choice,
    Entry,
    Field,
    argument_field,
    class_choices,
    enter_value,
    say,
    with_class,
)
from kertui.editing.values import NOTHING, NotAllowed, format_value, parse_value

_RATE: Final = "learning_rate"
_OFF: Final = "off"


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What of the data the settings need to know."""

    variants: tuple[tuple[str, str], ...]
    """Name and summary of each; the first is the default."""

    validation_rows: int | None = None
    """Rows the variant itself holds out: 0 for none; None while it is not known."""


_EPOCHS = Argument(
    "epochs", ArgumentKind.INTEGER, True, 10, False, minimum=1, help="Passes over the rows."
)
_BATCH = Argument(
    "batch_size",
    ArgumentKind.INTEGER,
    True,
    32,
    False,
    minimum=1,
    help="Rows the weights are moved for at once. Fewer: more and noisier steps an epoch.",
)
_SEED = Argument(
    "seed",
    ArgumentKind.INTEGER,
    True,
    0,
    False,
    minimum=0,
    help="Seeds the data, the weights, Dropout and the order of the rows: the same seed gives "
    "the same numbers.",
)
_PATIENCE = Argument(
    "patience",
    ArgumentKind.INTEGER,
    False,
    10,
    False,
    minimum=0,
    help="Epochs without a better value after which training stops.",
)
_MIN_DELTA = Argument(
    "min_delta",
    ArgumentKind.NUMBER,
    False,
    0.0,
    False,
    minimum=0,
    help="How much better a value must be to count as better.",
)


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
        _number_field("fit.epochs", "epochs", recipe.fit.epochs, _EPOCHS),
        _number_field("fit.batch_size", "batch", recipe.fit.batch_size, _BATCH, beside=True),
        _validation_field(recipe, facts),
        *_early_fields(recipe.fit, everything),
        _toggle(
            "fit.shuffle",
            "shuffle",
            recipe.fit.shuffle,
            "Rows in a new order each epoch.",
            changed=not recipe.fit.shuffle,
        ),
        _number_field("seed", "seed", recipe.seed, _SEED, beside=True),
        _data_field(recipe, facts),
    ]
    return tuple(_with_problem(field, problems) for field in found)


def hidden_settings(recipe: Recipe, catalog: Catalog | None) -> int:
    """How many fields ``everything`` adds."""
    none = DataFacts(())
    shown = settings_fields(recipe, catalog, none)
    return len(settings_fields(recipe, catalog, none, everything=True)) - len(shown)


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
        allowed=_allowed(argument),
        help=argument.help,
        argument=argument,
        beside=beside,
        depth=depth,
    )


def _allowed(argument: Argument) -> str:
    from kertui.editing.values import allowed_words

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
            "fit.early_stopping.patience", "patience", early.patience, _PATIENCE, beside=True
        ),
    ]
    if everything or early.min_delta or not early.restore_best_weights:
        fields += [
            _number_field(
                "fit.early_stopping.min_delta", "min_delta", early.min_delta, _MIN_DELTA, depth=1
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


def enter_setting(recipe: Recipe, path: ArgumentPath, text: str, catalog: Catalog | None) -> Recipe:
    """The recipe with what was typed into a settings field.

    Raises:
        NotAllowed: saying what is allowed instead.
    """
    where = ".".join(path)
    fit = recipe.fit
    plain: dict[str, Callable[[], Recipe]] = {
        "fit.epochs": lambda: _fit(recipe, epochs=parse_value(text, _EPOCHS)),
        "fit.batch_size": lambda: _fit(recipe, batch_size=parse_value(text, _BATCH)),
        "fit.validation_split": lambda: _fit(recipe, validation_split=_share(text)),
        "fit.shuffle": lambda: _fit(recipe, shuffle=text in {"yes", "on"}),
        "fit.early_stopping": lambda: _fit(
            recipe, early_stopping=_early(fit, text in {"yes", "on"})
        ),
        "seed": lambda: replace(recipe, seed=int(str(parse_value(text, _SEED)))),
        "data.variant": lambda: replace(recipe, data=replace(recipe.data, variant=text)),
        "compile.metrics": lambda: _metrics(recipe, text, catalog),
    }
    if where in plain:
        return plain[where]()
    if path[:2] == ("fit", "early_stopping"):
        return _fit(recipe, early_stopping=_enter_early(fit, path[2], text))
    if catalog is None:
        raise NotAllowed("nothing yet: Keras's classes are still being read")
    if where == "compile.optimizer":
        optimizer = with_class(text, recipe.compile.optimizer, Family.OPTIMIZERS, catalog)
        return _compile(recipe, optimizer=optimizer)
    if where == "compile.loss":
        return _compile(recipe, loss=with_class(text, recipe.compile.loss, Family.LOSSES, catalog))
    return _enter_argument(recipe, path, text, catalog)


def reset_setting(recipe: Recipe, path: ArgumentPath) -> Recipe:
    """The recipe with a setting's default back."""
    where = ".".join(path)
    if path[0] == "compile" and len(path) > 2:
        return _set_argument(recipe, path, DEFAULT)
    if path[:2] == ("fit", "early_stopping") and len(path) > 2:
        default: Any = getattr(EarlyStopping(), path[2])
        early = replace(recipe.fit.early_stopping or EarlyStopping(), **{path[2]: default})
        return _fit(recipe, early_stopping=early)
    if path[0] == "fit":
        return _fit(recipe, **{path[1]: getattr(FitSettings(), path[1])})
    if where == "seed":
        return replace(recipe, seed=0)
    if where == "data.variant":
        return replace(recipe, data=replace(recipe.data, variant=None))
    if where == "compile.metrics":
        return _compile(recipe, metrics=())
    return recipe


def _enter_argument(recipe: Recipe, path: ArgumentPath, text: str, catalog: Catalog) -> Recipe:
    """An argument of the optimizer or of the loss."""
    family = Family.OPTIMIZERS if path[1] == "optimizer" else Family.LOSSES
    component = _component(recipe, path[1])
    info = catalog.find(family, component.class_name)
    argument = info.argument(path[2]) if info else None
    if argument is None:
        raise NotAllowed(f"no argument {path[2]}")
    value = enter_value(text, argument, component.arguments.get(path[2]), catalog)
    return _set_argument(recipe, path, value)


def _set_argument(recipe: Recipe, path: ArgumentPath, value: Value | Unset) -> Recipe:
    component = _component(recipe, path[1])
    changed = replace(component, arguments=with_argument(component.arguments, path[2:], value))
    return _compile(recipe, **{path[1]: changed})


def _component(recipe: Recipe, which: str) -> Component:
    value: str | Component = getattr(recipe.compile, which)
    return value if isinstance(value, Component) else Component(value)


def _fit(recipe: Recipe, **changes: Any) -> Recipe:
    return replace(recipe, fit=replace(recipe.fit, **changes))


def _compile(recipe: Recipe, **changes: Any) -> Recipe:
    return replace(recipe, compile=replace(recipe.compile, **changes))


def _early(fit: FitSettings, on: bool) -> EarlyStopping | None:
    if not on:
        return None
    return fit.early_stopping or EarlyStopping()


def _enter_early(fit: FitSettings, name: str, text: str) -> EarlyStopping:
    early = fit.early_stopping or EarlyStopping()
    match name:
        case "patience":
            return replace(early, patience=int(str(parse_value(text, _PATIENCE))))
        case "min_delta":
            return replace(early, min_delta=float(str(parse_value(text, _MIN_DELTA))))
        case "restore_best_weights":
            return replace(early, restore_best_weights=text in {"yes", "on"})
        case _:
            if not text.strip():
                raise NotAllowed("a metric by Keras's name: val_loss, loss, val_accuracy")
            return replace(early, monitor=text.strip())


def _share(text: str) -> float:
    """``0.2``, ``20 %`` and ``none`` as a share."""
    text = text.strip().casefold()
    if text in {NOTHING, "", _OFF}:
        return 0.0
    allowed = "a share of the rows: 0.2, 20 %, or none"
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise NotAllowed(allowed) from None
    if not 0 <= share < 1:
        raise NotAllowed(f"{allowed}; less than 1")
    return share


def _metrics(recipe: Recipe, text: str, catalog: Catalog | None) -> Recipe:
    """Names with commas between; a metric that has arguments keeps them."""
    before = {format_value(metric): metric for metric in recipe.compile.metrics}
    found: list[str | Component] = []
    for name in _names(text):
        if name in before:
            found.append(before[name])
            continue
        if catalog is not None and name not in {"accuracy", "acc"}:
            argument = Argument(
                "metrics", ArgumentKind.COMPONENT, True, None, False, family=Family.METRICS
            )
            parse_value(name, argument, catalog)
        found.append(name)
    return _compile(recipe, metrics=tuple(found))


def _names(text: str) -> list[str]:
    """Split at commas that are not inside brackets."""
    names, depth, start = [], 0, 0
    for place, character in enumerate(text + ","):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth <= 0:
            names.append(text[start:place].strip())
            start = place + 1
    return [name for name in names if name and name != NOTHING]
