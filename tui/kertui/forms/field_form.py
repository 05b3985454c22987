"""A form: the grid of fields, the editor that opens on one of them, and help beneath."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from kertasks.groups.sweep.dimension import Dimension
from kertui.forms.argument_path import ArgumentPath
from kertui.forms.choice_list import ChoiceList
from kertui.forms.field_grid import FieldGrid
from kertui.forms.fields import Entry, Field
from kertui.forms.text_field import TextField
from kertui.terminal.glyphs import glyphs_for
from kertui.text.fitting_text import wrap
from kertui.text.recipe_values import NotAllowed, format_value


def with_code(text: str) -> Content:
    """Keras's help with what stands between backticks set apart instead."""
    pieces = text.replace("```python", "").replace("```", "").split("`")
    return Content.assemble(
        *((piece, "$foreground") if place % 2 else piece for place, piece in enumerate(pieces))
    )


class FieldEditor(TextField):
    """Where a value is typed, right on its field."""

    DEFAULT_CSS = """
    FieldEditor, FieldEditor:focus {
        layer: editor;
        position: absolute;
        display: none;
        height: 1;
        border: none;
        padding: 0;
        background: $panel;
        color: $foreground;
        &.-open { display: block; }
        &.-invalid, &.-refused { color: $error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "revert", "leave as it was", id="editor.revert",
                tooltip="Leave the value as it was."),
        Binding("enter", "submit", "apply", key_display="↵", id="editor.apply",
                tooltip="Apply the value that was typed."),
        Binding("tab", "submit", "apply", show=False, id="editor.apply_tab",
                tooltip="Apply the value that was typed."),
    ]  # fmt: skip

    class Reverted(Message):
        """A person wants the value back that stood there."""

    def action_revert(self) -> None:
        """Leave the field as it was."""
        self.post_message(self.Reverted())


class FieldForm(Vertical):
    """Fields with their editor. A subclass makes the fields and says what entering one does."""

    DEFAULT_CSS = """
    FieldForm {
        layers: base editor;
        height: auto;
        .form--title { height: 1; padding: 0 1 0 0; text-wrap: nowrap; text-overflow: ellipsis; }
        .form--help {
            height: auto;
            padding: 0 0 0 2;
            scrollbar-size-vertical: 0;
            scrollbar-background: $background;
            & > Static { color: $dim; }
        }
        &:focus-within .form--help { scrollbar-size-vertical: 1; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "scroll_help(-1)", "help up", show=False, id="field.help_up",
                tooltip="Scroll Keras's help up."),
        Binding("pagedown", "scroll_help(1)", "help down", show=False, id="field.help_down",
                tooltip="Scroll Keras's help down."),
    ]  # fmt: skip

    class Edited(Message):
        """A field got another value, and what the form is of has it."""

    @dataclass
    class Settled(Message):
        """Nothing is being typed any more; a value that was has been told before this."""

        act: Callable[[], None]
        """What waited for it, to be done now."""

    @dataclass
    class Refused(Message):
        """What is being typed is not allowed, so that what waited for it does not happen."""

        field: Field
        typed: str
        allowed: str

    @dataclass
    class SweepAsked(Message):
        """A person wants a sweep over the values that were typed into a field."""

        dimension: Dimension

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.grid = FieldGrid()
        """The fields as they are shown."""

        self.editor = FieldEditor(compact=True)
        """Where a value is typed."""

        self._fields: tuple[Field, ...] = ()
        self._refused: dict[ArgumentPath, tuple[str, str]] = {}
        """What was typed and cannot be, with what can."""

        self.everything = False
        """Whether fields are shown that are as by default and have no room."""

        self._offered: tuple[ArgumentPath, Dimension] | None = None
        """What a sweep would vary, as typed into the field that was refused last."""

        self._edited: Field | None = None
        self._reason: str | None = None
        """Why Keras refuses what the form is of."""

        self._cautions: Sequence[str] = ()
        """What else is refused; where nothing is, what should be known before training."""

    def compose(self) -> ComposeResult:
        """Build title, fields, help and editor."""
        yield Static(classes="form--title", markup=False)
        yield self.grid
        with VerticalScroll(classes="form--help", can_focus=False):
            yield Static(classes="form--words", markup=False)
        yield self.editor

    @abstractmethod
    def show_form(self) -> None:
        """Show what the form is of, as it was told last."""

    @abstractmethod
    def enter_value(self, field: Field, text: str) -> None:
        """Make what was typed the field's value, and post ``Edited``.

        Raises:
            NotAllowed: saying what is allowed instead.
        """

    def dimension_of(self, field: Field, text: str) -> Dimension | None:  # noqa: ARG002
        """What a sweep would vary, where several values were typed into a field; None for one
        value, for values that the field cannot have, and in forms that no sweep can be of."""
        return None

    def varied(self, field: Field) -> str:  # noqa: ARG002
        """The values of a field that a sweep is to try, as they were typed; empty for none."""
        return ""

    @abstractmethod
    def reset_value(self, field: Field) -> None:
        """Give the field its default back, and post ``Edited``."""

    def help_without_focus(self) -> Content:
        """What stands beneath the fields while none of them has the focus."""
        return Content("")

    def show_title(self, title: Content) -> None:
        """Say what the form is of."""
        self.query_one(".form--title", Static).update(title)

    def show_fields(self, fields: Sequence[Field], hidden: int = 0) -> None:
        """Show these fields; what was typed and refused stays until it is mended or reverted.

        Args:
            fields: from the top.
            hidden: how many more there are, which a line after them says and shows.
        """
        more = (Field((), f"{hidden} more", Entry.MORE, ""),) if hidden else ()
        self._fields = (*fields, *more)
        self.grid.fields = tuple(self._with_refusal(field) for field in self._fields)
        self.refresh_help()
        if self._edited is not None:
            self.call_after_refresh(self._place_editor)

    def forget_refusals(self) -> None:
        """Forget what was refused, since the form is of something else now."""
        self._refused.clear()
        self._offered = None

    def _with_refusal(self, field: Field) -> Field:
        if values := self.varied(field):
            field = replace(field, note=f"sweep {values}")
        if field.path not in self._refused:
            return field
        typed, allowed = self._refused[field.path]
        return replace(field, text=typed, problem=f"allowed: {allowed}")

    def focus_field(self, path: ArgumentPath | None = None) -> None:
        """Put the focus into the form, on a field by its path if there is one."""
        grid = self.grid
        for index, field in enumerate(grid.fields):
            if path is not None and field.path == path:
                grid.cursor = index
        grid.focus()

    def refresh_help(self) -> None:
        """Say why the form is refused or what is odd, in full, then what there is on the field."""
        grid = self.grid
        field = grid.field if grid.has_focus or self.editor.has_class("-open") else None
        parts = [] if self._reason is None else [self._problem(self._reason)]
        parts += [_caution(text) for text in self._cautions]
        if field is not None:
            parts.append(self._field_help(field))
        elif not parts:
            parts.append(self.help_without_focus())
        self.query_one(".form--words", Static).update(Content("\n").join(filter(None, parts)))
        words = self.query_one(".form--help", VerticalScroll)
        words.styles.min_height = self.reason_rows
        words.scroll_home(animate=False)

    @property
    def reason_rows(self) -> int:
        """How many rows the reason takes why the form is refused, or the first caution."""
        said = [self._reason] if self._reason is not None else self._cautions[:1]
        return sum(len(wrap(text, max(8, self.size.width - 3), indent=2)) for text in said)

    def on_resize(self) -> None:
        """Give the reason the rows it takes now."""
        self.refresh_help()

    def _problem(self, text: str) -> Content:
        sign = glyphs_for(self.app).cross
        return Content.from_markup("[$error]$sign $text[/]", sign=sign, text=text)

    def _field_help(self, field: Field) -> Content:
        parts: list[Content] = []
        if self._offered is not None and self._offered[0] == field.path:
            enter, over = glyphs_for(self.app).enter, self._offered[1].spelled
            offer = "[bold $key]$enter[/] [$foreground]sweeps over $over[/]"
            parts.append(Content.from_markup(offer, enter=enter, over=over.replace(",", ", ")))
        if field.problem and field.problem not in (self._reason or ""):
            parts.append(self._problem(field.problem))
        elif self.editor.has_class("-open") and field.allowed:
            parts.append(Content.from_markup("[$foreground]$text[/]", text=field.allowed))
        text = field.help
        argument = field.argument
        if argument is not None and not argument.required and field.changed:
            text = f"{text} Default: {format_value(argument.default)}.".strip()
        if text:
            parts.append(with_code(text))
        return Content("\n").join(parts)

    @on(FieldGrid.FieldChosen)
    def follow_cursor(self, event: FieldGrid.FieldChosen) -> None:
        """Show the help of the field under the cursor."""
        event.stop()
        self.refresh_help()

    @on(FieldGrid.FieldOpened)
    def open_field(self, event: FieldGrid.FieldOpened) -> None:
        """Open what changes the field: an editor, a list, or nothing for a yes or no."""
        event.stop()
        field = event.field
        if field.entry is Entry.MORE:
            self.everything = True
            self.show_form()
        elif field.entry is Entry.TOGGLE:
            self._enter(field, "no" if field.text in {"yes", "on"} else "yes")
        elif field.opens_list:
            self._open_list(field)
        else:
            self._open_editor(field)

    def _open_list(self, field: Field) -> None:
        several = field.entry is Entry.PICK_SEVERAL

        def picked(text: str | None) -> None:
            if text is None:
                return
            dimension = None if several else self.dimension_of(field, text)
            if dimension is None:
                self._enter(field, text)
            else:
                self._ask_for_sweep(field, dimension)

        def sweeps(text: str) -> bool:
            return not several and self.dimension_of(field, text) is not None

        region = self.grid.value_region()
        self.app.push_screen(ChoiceList(field.choices, field.text, region, several, sweeps), picked)

    def _ask_for_sweep(self, field: Field, dimension: Dimension) -> None:
        """Leave the field as it was, and ask for the sweep."""
        self._refused.pop(field.path, None)
        self._offered = None
        self.show_fields(self._fields)
        self.post_message(self.SweepAsked(dimension))

    def _open_editor(self, field: Field) -> None:
        self._edited = field
        self._place_editor()
        editor = self.editor
        editor.value = field.text
        editor.set_class(bool(field.problem), "-refused")
        editor.add_class("-open")
        editor.focus()
        editor.action_select_all()
        self.refresh_help()

    @property
    def worked_on(self) -> ArgumentPath | None:
        """The field a person is at, which must not go away under them."""
        field = self._edited or (self.grid.field if self.grid.has_focus else None)
        return None if field is None else field.path

    def _place_editor(self) -> None:
        """Put the editor over the value it changes."""
        if self._edited is None:
            return
        region = self.grid.value_region()
        own = self.content_region
        self.editor.styles.offset = (region.x - own.x, region.y - own.y)
        self.editor.styles.width = max(6, region.width)

    @property
    def typing(self) -> bool:
        """Whether a value is being typed."""
        return self._edited is not None

    def settle(self, act: Callable[[], None], anyway: bool = False) -> None:
        """Apply what is being typed and post ``Settled``, or ``Refused`` where it is not allowed.

        Both follow the value's own message on its way, so whoever takes all of them has the
        value first.

        Args:
            act: what waits for it, for ``Settled``.
            anyway: whether it goes on after a refusal too.
        """
        field, text = self._edited, self.editor.value
        if field is None or not self._differs(field, text) or self._enter(field, text):
            self._close_editor()
            self.post_message(self.Settled(act))
            return
        self._show_refusal()
        if anyway:
            self.post_message(self.Settled(act))
        else:
            self.post_message(self.Refused(field, *self._refused[field.path]))

    def leave_editor(self, apply: bool = True) -> None:
        """Close the editor; what is not allowed stays in its field, marked.

        Args:
            apply: whether what was typed becomes the field's value.
        """
        field, text = self._edited, self.editor.value
        if field is not None:
            self._close_editor()
            if apply and self._differs(field, text):
                self._enter(field, text)

    def _differs(self, field: Field, text: str) -> bool:
        """Whether it is not what the field shows, or was refused."""
        return text != field.text or field.path in self._refused

    def _show_refusal(self) -> None:
        self.editor.add_class("-refused")
        self.refresh_help()

    def _close_editor(self) -> None:
        self._edited = None
        self.editor.remove_class("-open", "-refused")
        if self.screen.focused is self.editor:
            self.grid.focus()
        self.refresh_help()

    @on(Input.Submitted)
    def apply_editor(self, event: Input.Submitted) -> None:
        """Enter applies; what is not allowed keeps the editor open and says why."""
        event.stop()
        field = self._edited
        if field is None:
            return
        again = self._refused.get(field.path, ("",))[0] == event.value
        if again and self._offered is not None and self._offered[0] == field.path:
            self._close_editor()
            self._ask_for_sweep(field, self._offered[1])
        elif self._enter(field, event.value):
            self._close_editor()
        else:
            self._show_refusal()

    @on(FieldEditor.Reverted)
    def revert_editor(self, event: FieldEditor.Reverted) -> None:
        """Escape leaves the field as it was."""
        event.stop()
        if self._edited is not None:
            self._refused.pop(self._edited.path, None)
            self._offered = None
        self._close_editor()
        self.show_fields(self._fields)

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Apply what was typed when the editor is left."""
        if event.widget is self.editor:
            self.leave_editor()

    def action_scroll_help(self, pages: int) -> None:
        """Page through a long help."""
        words = self.query_one(".form--help", VerticalScroll)
        words.scroll_relative(y=pages * max(1, words.size.height - 1), animate=False)

    @on(FieldGrid.FieldReset)
    def reset_field(self, event: FieldGrid.FieldReset) -> None:
        """Give a field its default back."""
        event.stop()
        self._refused.pop(event.field.path, None)
        self.reset_value(event.field)
        self.show_fields(self._fields)

    def _enter(self, field: Field, text: str) -> bool:
        """Make a text the field's value; False where it is not allowed."""
        try:
            self.enter_value(field, text)
        except NotAllowed as refusal:
            dimension = self.dimension_of(field, text)
            self._offered = None if dimension is None else (field.path, dimension)
            self._refused[field.path] = (text, refusal.allowed)
            self.show_fields(self._fields)
            return False
        if self._refused.pop(field.path, None):
            self.show_fields(self._fields)
        return True


def _caution(text: str) -> Content:
    return Content.from_markup("[$warning]! $text[/]", text=text)
