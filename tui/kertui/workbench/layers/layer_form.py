"""What is to be said of the layer under the cursor, and the form that changes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual.content import Content

from kertasks.data.described.description import Description, FeatureFacts
from kertasks.groups.sweep.dimension import Dimension
from kertasks.keras_catalog.catalog import ArgumentKind, Catalog, Family
from kertasks.recipes.recipe import Component, Recipe, Value
from kertasks.recipes.recipe_errors import Problem
from kertasks.task import Task
from kertasks.text.numbers import grouped
from kertui.forms.argument_path import DEFAULT, ArgumentPath, Unset
from kertui.forms.field_form import FieldForm, with_code
from kertui.forms.fields import Entry, Field, enter_value, layer_fields
from kertui.terminal.glyphs import glyphs_for
from kertui.text.fitting_text import wrap
from kertui.text.recipe_values import NOTHING, NotAllowed, default_value, format_number
from kertui.workbench.draft.draft import RecipeDraft
from kertui.workbench.draft.varying import dimension_at

_HELP_ROWS = 3
"""Kept for help beneath the fields while not all of them are shown."""

_FEWEST = 4


class LayerForm(FieldForm):
    """The inspector: a field for each argument Keras gives the layer's class.

    Args:
        draft: in which the values are changed.
    """

    DEFAULT_CSS = """
    LayerForm {
        height: 1fr;
        min-height: 4;
        & > FieldGrid { max-height: 100%; }
        & > .form--help { height: 1fr; padding: 0 0 0 2; margin-top: 1; }
    }
    """

    def __init__(self, draft: RecipeDraft, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._draft = draft
        self._recipe: Recipe | None = None
        self._index = 0
        self._catalog: Catalog | None = None
        self._problems: Sequence[Problem] = ()
        self._names: Sequence[str] = ()
        self._data: tuple[Task, Description | None, str] | None = None

    def show_layer(
        self,
        recipe: Recipe,
        index: int,
        catalog: Catalog | None,
        problems: Sequence[Problem] = (),
        reason: str | None = None,
        names: Sequence[str] = (),
    ) -> None:
        """Show the layer's form.

        Args:
            recipe: the recipe it stands in.
            index: its place.
            catalog: None while Keras's classes are not here yet.
            problems: of the whole recipe.
            reason: why Keras refuses the layer.
            names: of the layers of a saved network, where it is one.
        """
        before = self._recipe
        shown = before.layers[index : index + 1] if before and index == self._index else ()
        if [layer.class_name for layer in shown] != [recipe.layers[index].class_name]:
            # What is typed belongs to the layer shown until now, if that still has its place.
            self.leave_editor(apply=before is not None and before.layers == recipe.layers)
            self.forget_refusals()
            self.everything = False
        self._recipe, self._index, self._catalog = recipe, index, catalog
        self._problems, self._reason, self._names = problems, reason, names
        self.show_form()

    def show_data(self, task: Task, description: Description | None, waiting: str) -> None:
        """Show what the network is fed: the form of the Input row.

        Args:
            task: whose data.
            description: None while it is not known.
            waiting: what to say then.
        """
        self.leave_editor()
        self._recipe = self._reason = None
        self._data = (task, description, waiting)
        self.forget_refusals()
        signs = glyphs_for(self.app)
        self.show_title(
            Content.assemble(("Input", "bold"), (f"  {signs.dot}  {task.title}", "$dim"))
        )
        self.grid.styles.max_height = max(1, self._rows(0))
        fields = _data_fields(description, waiting)
        room = max(min(_FEWEST, self.size.height - 1), self.size.height - 2)
        if len(fields) > room and not self.everything:
            self.show_fields(fields[: room - 1], len(fields) - room + 1)
        else:
            self.show_fields(fields)

    def show_form(self) -> None:
        """Show it as it was told last, with as many fields as there is room for."""
        if self._recipe is None and self._data is not None:
            self.show_data(*self._data)
            return
        recipe = self._recipe
        if recipe is None or self._index >= len(recipe.layers):
            return
        layer = recipe.layers[self._index]
        info = self._catalog.find(Family.LAYERS, layer.class_name) if self._catalog else None
        signs = glyphs_for(self.app)
        title = Content.styled(layer.class_name, "bold")
        if info is not None:
            title += Content.styled(f"  {signs.dot}  {info.topic.replace('_', ' ')}", "$dim")
        self.show_title(title)
        self.grid.styles.max_height = max(1, self._rows(self.reason_rows))
        limit = None if self.everything else max(1, self._room() - 1)
        fields, hidden = layer_fields(
            recipe,
            self._index,
            self._catalog,
            self._problems,
            limit,
            self.worked_on,
            self._names,
        )
        self.show_fields(fields, hidden)

    def _room(self) -> int:
        """Rows for fields, and for how many more there are, above the help."""
        with_help = self._rows(max(_HELP_ROWS, self.reason_rows))
        return max(with_help, min(_FEWEST + 1, self._rows(self.reason_rows)))

    def _rows(self, help_rows: int) -> int:
        """What is left below the title beside so many rows of help and the one above them."""
        return self.size.height - 1 - (help_rows + 1 if help_rows else 0)

    def on_resize(self) -> None:
        """Show as many fields as there is room for now."""
        self.show_form()

    def help_without_focus(self) -> Content:
        """What the layer's class does."""
        recipe = self._recipe
        if recipe is None and self._data is not None:
            return Content(self._data[0].question)
        if recipe is None or self._index >= len(recipe.layers):
            return Content("")
        if self._catalog is None:
            return Content("its other arguments arrive in a moment")
        info = self._catalog.find(Family.LAYERS, recipe.layers[self._index].class_name)
        if info is None:
            return Content("")
        return with_code(self._what_fits(info.help) or info.summary)

    def _what_fits(self, text: str) -> str:
        """The first paragraphs, as many as stand beneath the fields without scrolling."""
        width, room = max(8, self.size.width - 3), self.size.height - 2 - len(self.grid.fields)
        shown: list[str] = []
        for paragraph in text.split("\n\n"):
            lines = sum(max(1, len(wrap(line, width))) for line in paragraph.splitlines())
            room -= lines + bool(shown)
            if room < 0:
                break
            shown.append(paragraph)
        return "\n\n".join(shown)

    def enter_value(self, field: Field, text: str) -> None:
        """Put what was typed into the draft."""
        argument = field.argument
        if argument is None and field.path == ("name",):
            name = text.strip()
            self._draft.set_name(self._index, None if name in {"", NOTHING} else name)
        elif argument is None and field.path == ("inputs",):
            names = tuple(part.strip() for part in text.split(",") if part.strip())
            self._draft.set_inputs(self._index, names)
        elif argument is None or self._catalog is None or self._recipe is None:
            raise NotAllowed("nothing yet: Keras's classes are still being read")
        else:
            value: Value | Unset = enter_value(
                text, argument, self._value_at(field.path), self._catalog
            )
            plain = argument.kind not in {ArgumentKind.COMPONENT, ArgumentKind.LAYER}
            if plain and not argument.required and value == default_value(argument):
                value = DEFAULT
            self._draft.set_argument(self._index, field.path, value)
        self.post_message(self.Edited())

    def dimension_of(self, field: Field, text: str) -> Dimension | None:
        """What a sweep over an argument of the layer would vary."""
        if field.argument is None or self._recipe is None:
            return None
        return dimension_at(self._draft.recipe, self._path(field), text, self._catalog)

    def varied(self, field: Field) -> str:
        """What a sweep is to try of an argument."""
        found = self._draft.varied.get(self._path(field)) if field.argument else None
        return "" if found is None else found.spelled

    def _path(self, field: Field) -> str:
        """As ``--set`` has it."""
        return ".".join(("layers", str(self._index), *field.path))

    def reset_value(self, field: Field) -> None:
        """Put the default into the draft; a required argument has none."""
        if field.argument is None:
            self.enter_value(field, "")  # no name, and the layer before as the one that is read
        elif not field.argument.required:
            self._draft.set_argument(self._index, field.path, DEFAULT)
            self.post_message(self.Edited())

    def _value_at(self, path: ArgumentPath) -> Value:
        value: Value = self._recipe.layers[self._index] if self._recipe else None
        for name in path:
            if isinstance(value, str):
                value = Component(value)
            if not isinstance(value, Component):
                return None
            value = value.arguments.get(name)
        return value


def _data_fields(description: Description | None, waiting: str) -> tuple[Field, ...]:
    """Facts of the data as fields that are only read.

    Args:
        description: None while it is not known.
        waiting: what to say then.
    """
    if description is None:
        return (_fact("rows", waiting),)
    found = [
        _fact(
            split.name,
            f"{grouped(split.rows)} rows",
            f"{grouped(split.distinct_rows)} distinct" if split.distinct_rows != split.rows else "",
        )
        for split in description.splits
    ]
    if description.splits:
        first = description.splits[0]
        found.append(_fact("x", _shape(first.x_shape), first.x_dtype))
        found.append(_fact("y", _shape(first.y_shape), first.y_dtype))
    names = description.class_names
    if names:
        found.append(
            _fact("classes", str(len(names)), ", ".join(names) if len(names) <= 10 else "")
        )
    if description.target is not None:
        found.append(_fact(description.target.name, _range(description.target)))
    found += [
        _fact(feature.name, _range(feature), f"mean {_short(feature.mean)}")
        for feature in description.features
    ]
    found += [
        replace(_fact("data", fault), path=("data", str(place)))
        for place, fault in enumerate(description.faults)
    ]
    if description.validation_rows_in_training:
        count = grouped(description.validation_rows_in_training)
        found.append(_fact("leak", f"{count} validation rows are training rows too"))
    if description.baseline is not None:
        base = description.baseline
        found.append(_fact("baseline", f"{base.metric} {base.value:.3g}", base.name))
    return tuple(found)


def _fact(label: str, text: str, note: str = "") -> Field:
    return Field((label,), label, Entry.FACT, text, changed=True, note=note)


def _shape(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))})" if shape else "one value"


def _range(facts: FeatureFacts) -> str:
    unit = f" {facts.unit}" if facts.unit else ""
    if facts.numbers == 0:
        return "no number"
    return f"{_short(facts.minimum)} to {_short(facts.maximum)}{unit}"


def _short(value: float) -> str:
    return format_number(float(f"{value:.4g}"))
