"""The fields of a form, made from what the catalog says of a class. No widgets here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Catalog, ClassInfo, Family
from kertasks.recipes.recipe import INPUT, Component, Layer, Recipe, Value
from kertasks.recipes.recipe_errors import Problem
from kertui.forms.argument_path import ArgumentPath
from kertui.forms.starting_values import starting_arguments
from kertui.text.layer_lines import proposed_name
from kertui.text.recipe_values import (
    NOTHING,
    NotAllowed,
    allowed_words,
    default_value,
    format_value,
    parse_value,
)

_SHORT_COMPONENT = 3
"""A component with no more arguments than this shows them all at once."""


class Entry(StrEnum):
    """How a field is entered."""

    TEXT = "text"
    TOGGLE = "toggle"
    PICK = "pick"
    """The value is one of ``choices``."""

    PICK_SEVERAL = "pick several"
    """The value is any of ``choices``, with commas between."""

    MORE = "more"
    """Opens the fields that are not shown; no value."""

    FACT = "fact"
    """Only to be read."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values there are to pick in a field."""

    text: str
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form."""

    path: ArgumentPath
    label: str
    entry: Entry
    text: str
    """The value as shown and as it stands in the editor at first."""

    changed: bool = False
    """Whether the value is not Keras's default."""

    allowed: str = ""
    help: str = ""
    choices: tuple[Choice, ...] = ()
    problem: str | None = None
    depth: int = 0
    """How many components it is inside of."""

    beside: bool = False
    """Stands on the line of the field before."""

    note: str = ""
    """A dim remark after the value."""

    argument: Argument | None = None
    """What the catalog says of it; None for what is not a Keras argument."""

    rank: int = 0
    """How much it matters where room is short: the lowest is shown first."""

    @property
    def opens_list(self) -> bool:
        """Whether it is changed by picking from a list."""
        return self.entry in {Entry.PICK, Entry.PICK_SEVERAL}


def layer_fields(
    recipe: Recipe,
    index: int,
    catalog: Catalog | None,
    problems: Sequence[Problem] = (),
    limit: int | None = None,
    keep: ArgumentPath | None = None,
    names: Sequence[str] = (),
) -> tuple[tuple[Field, ...], int]:
    """The fields of a layer, and how many more there are.

    Args:
        recipe: the recipe the layer stands in.
        index: the layer's place.
        catalog: None while it is not here yet; then only what the recipe says is shown.
        problems: of the whole recipe; those of this layer go to their fields.
        limit: the most fields to show, refused, required and changed ones first; None for all.
        keep: a field that is shown in any case.
        names: of the layers of a saved network, which may end at one of them.
    """
    layer = recipe.layers[index]
    info = catalog.find(Family.LAYERS, layer.class_name) if catalog else None
    here = problems_at(f"layers.{index}", problems)
    if info is None or catalog is None:
        return tuple(_told_fields(layer.arguments, here)), 0
    fields = [
        *_argument_fields(layer.arguments, info, catalog, here, (), 0),
        _inputs_field(recipe, index, info, here),
        _name_field(layer, here),
    ]
    if names:
        choices = (Choice(NOTHING), *map(Choice, names))
        fields = [
            replace(one, entry=Entry.PICK, choices=choices) if one.path == ("until",) else one
            for one in fields
        ]
    if limit is None or len(fields) <= limit:
        return tuple(fields), 0
    by_rank = sorted(
        range(len(fields)), key=lambda place: (fields[place].path != keep, fields[place].rank)
    )
    shown = sorted(by_rank[:limit])
    return tuple(fields[place] for place in shown), len(fields) - limit


def problems_at(path: str, problems: Sequence[Problem]) -> dict[str, str]:
    """The problems at or under a path in words, by the rest of their path."""
    found: dict[str, str] = {}
    for problem in problems:
        if problem.path == path:
            found.setdefault("", explain_problem(problem))
        elif problem.path.startswith(f"{path}."):
            found.setdefault(problem.path[len(path) + 1 :], explain_problem(problem))
    return found


def explain_problem(problem: Problem) -> str:
    """Say what was found and what is allowed, to show under the field."""
    return f"found {problem.found}; allowed: {problem.allowed}"


def _argument_fields(
    arguments: Mapping[str, Value],
    info: ClassInfo,
    catalog: Catalog,
    problems: Mapping[str, str],
    path: ArgumentPath,
    depth: int,
) -> list[Field]:
    """A field for each argument, components followed by their own arguments."""
    fields: list[Field] = []
    for argument in sorted(info.arguments, key=lambda argument: not argument.required):
        field = argument_field(arguments, argument, catalog, path, depth)
        problem = problems.get(".".join(field.path))
        matters = argument.required or argument.name in arguments
        rank = -1 if problem else 0 if matters else (1 if depth == 0 else 2)
        fields.append(replace(field, problem=problem, rank=rank))
        fields += _component_fields(
            arguments.get(argument.name), argument, catalog, problems, field.path, depth + 1
        )
    known = {argument.name for argument in info.arguments}
    unknown = {name: value for name, value in arguments.items() if name not in known}
    return fields + _told_fields(unknown, problems, path, depth)


def _component_fields(
    value: Value,
    argument: Argument,
    catalog: Catalog,
    problems: Mapping[str, str],
    path: ArgumentPath,
    depth: int,
) -> list[Field]:
    """The arguments of a component that is an argument's value; none for anything else."""
    if argument.kind not in {ArgumentKind.COMPONENT, ArgumentKind.LAYER}:
        return []
    if isinstance(value, tuple):
        return [
            field
            for place, one in enumerate(value)
            for field in _component_fields(
                one, argument, catalog, problems, (*path, str(place)), depth
            )
        ]
    if isinstance(value, str):
        value = Component(value)
    if not isinstance(value, Component):
        return []
    info = catalog.find(argument.family or Family.LAYERS, value.class_name)
    if info is None:
        return []
    fields = _argument_fields(value.arguments, info, catalog, problems, path, depth)
    if len(info.arguments) <= _SHORT_COMPONENT:
        return [replace(field, rank=min(field.rank, 0)) for field in fields]
    return fields


def argument_field(
    arguments: Mapping[str, Value],
    argument: Argument,
    catalog: Catalog,
    path: ArgumentPath = (),
    depth: int = 0,
) -> Field:
    """The field of one argument as it stands."""
    given, default = argument.name in arguments, default_value(argument)
    value = arguments[argument.name] if given else default
    entry = Entry.TEXT
    none = (Choice(NOTHING),) if argument.optional else ()
    choices: tuple[Choice, ...] = ()
    text = format_value(value)
    if argument.kind is ArgumentKind.BOOLEAN and not argument.optional:
        entry = Entry.TOGGLE
    elif argument.kind is ArgumentKind.BOOLEAN:
        entry, choices = Entry.PICK, (Choice("yes"), Choice("no"), *none)
    elif argument.kind is ArgumentKind.CHOICE:
        entry, choices = Entry.PICK, (*map(Choice, argument.choices), *none)
    elif argument.kind in {ArgumentKind.COMPONENT, ArgumentKind.LAYER}:
        entry = Entry.PICK_SEVERAL if _takes_several(argument) else Entry.PICK
        choices = (*none, *class_choices(catalog, argument.family or Family.LAYERS))
        listed = value if isinstance(value, tuple) else (value,)
        text = ", ".join(
            one.class_name if isinstance(one, Component) else format_value(one) for one in listed
        )
    if argument.required and not given:
        text = ""
    return Field(
        path=(*path, argument.name),
        label=argument.name,
        entry=entry,
        text=text,
        changed=given and value != default,
        allowed=allowed_words(argument, catalog),
        help=argument.help,
        choices=choices,
        depth=depth,
        argument=argument,
        note="required" if argument.required and not given else "",
    )


def class_choices(catalog: Catalog, family: Family) -> tuple[Choice, ...]:
    """The classes of a family, spelled as recipes spell them."""
    return tuple(Choice(_spelling(info), info.summary) for info in catalog.family(family))


def _spelling(info: ClassInfo) -> str:
    """How a recipe writes a class: layers and optimizers by name, others as Keras's short form."""
    if info.family in {Family.LAYERS, Family.OPTIMIZERS} or not info.identifiers:
        return info.name
    snake = [name for name in info.identifiers if name.islower()]
    return max(snake, key=len) if snake else info.name


def _takes_several(argument: Argument) -> bool:
    """Whether a layer argument takes a list: Keras names those in the plural."""
    return argument.kind is ArgumentKind.LAYER and argument.name.endswith("s")


def enter_value(text: str, argument: Argument, current: Value, catalog: Catalog) -> Value:
    """What was typed into an argument's field; a component keeps the arguments it still has.

    Raises:
        NotAllowed: saying what is allowed instead.
    """
    if _takes_several(argument):
        return _enter_several(text, argument, current, catalog)
    value = parse_value(text, argument, catalog)
    if argument.kind not in {ArgumentKind.COMPONENT, ArgumentKind.LAYER} or value is None:
        return value
    name = value.class_name if isinstance(value, Component) else str(value)
    return with_class(name, current, argument.family or Family.LAYERS, catalog)


def _enter_several(text: str, argument: Argument, current: Value, catalog: Catalog) -> Value:
    """Names with commas between as layers; each takes over from the first of its class."""
    before = list(current) if isinstance(current, tuple) else []
    found: list[Value] = []
    for name in (part.strip() for part in text.split(",") if part.strip()):
        known = parse_value(name, argument, catalog)
        same = next(
            (
                one
                for one in before
                if isinstance(one, Component)
                and isinstance(known, Component)
                and one.class_name == known.class_name
            ),
            None,
        )
        if same is not None:
            before.remove(same)
        found.append(same or with_class(name, None, Family.LAYERS, catalog))
    if not found:
        raise NotAllowed(allowed_words(argument, catalog))
    return tuple(found)


def with_class(name: str, current: Value, family: Family, catalog: Catalog) -> Value:
    """A component of that class with the arguments of ``current`` that it knows too."""
    info = catalog.find(family, name)
    kept = starting_arguments(info, catalog) if info else {}
    if info is not None and isinstance(current, Component):
        known = {argument.name for argument in info.arguments}
        kept |= {key: one for key, one in current.arguments.items() if key in known}
    if kept or family in {Family.LAYERS, Family.OPTIMIZERS}:
        return Component(name, kept)
    return name


def _told_fields(
    arguments: Mapping[str, Value],
    problems: Mapping[str, str],
    path: ArgumentPath = (),
    depth: int = 0,
) -> list[Field]:
    """What the recipe says, as facts: nothing is known of what these arguments may be."""
    return [
        Field(
            (*path, name),
            name,
            Entry.FACT,
            format_value(value),
            changed=True,
            problem=problems.get(".".join((*path, name))),
            depth=depth,
        )
        for name, value in arguments.items()
    ]


def _inputs_field(
    recipe: Recipe, index: int, info: ClassInfo, problems: Mapping[str, str]
) -> Field:
    layer = recipe.layers[index]
    above = [
        Choice(proposed_name(recipe, place), recipe.layers[place].class_name)
        for place in range(index)
    ]
    return Field(
        path=("inputs",),
        label="inputs",
        entry=Entry.PICK_SEVERAL,
        text=", ".join(layer.inputs) or ("" if info.several_inputs else "previous"),
        note="" if layer.inputs or not info.several_inputs else "two or more layers",
        changed=bool(layer.inputs),
        allowed="layers above it with commas between, or nothing for the layer before",
        help=f"Which layers this {info.name} reads. Several make a merge; naming one layer in "
        "several places makes branches.",
        choices=(Choice(INPUT, "the data itself"), *above),
        problem=problems.get("inputs"),
        rank=0 if layer.inputs or info.several_inputs else 3,
    )


def _name_field(layer: Layer, problems: Mapping[str, str]) -> Field:
    return Field(
        path=("name",),
        label="name",
        entry=Entry.TEXT,
        text=layer.name or NOTHING,
        changed=layer.name is not None,
        allowed="a text no other layer has as its name, or none",
        help="Needed only when another layer names this one in its inputs.",
        problem=problems.get("name"),
        rank=0 if layer.name else 3,
    )
