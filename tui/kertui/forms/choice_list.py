"""A list that opens at a field to pick one value, or several, from; typing filters it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from kertui.forms.fields import Choice
from kertui.forms.text_field import TextField
from kertui.terminal.glyphs import glyphs_for

_MOST_ROWS = 12
_WIDEST = 46


class ChoiceList(ModalScreen[str | None]):
    """Pick from a list. Gives the text to enter, or None when nothing was changed.

    Args:
        choices: what there is to pick.
        current: the field's text; with ``several``, names with commas between.
        region: where on the screen the field's value stands.
        several: whether more than one may be picked.
        sweeps: whether a text is a list of values that a sweep can try, which is given as it is.
    """

    DEFAULT_CSS = """
    ChoiceList {
        background: transparent;
        & > Vertical {
            background: $panel;
            height: auto;
            padding: 0;
        }
        Input, Input:focus {
            height: 1; border: none; padding: 0 1; background: $surface; width: 1fr;
        }
        OptionList, OptionList:focus {
            height: auto; border: none; padding: 0; background: $panel;
            scrollbar-size-vertical: 1;
        }
        OptionList > .option-list--option-highlighted {
            background: $selection; color: $foreground;
            text-style: $block-cursor-text-style;
        }
        .choice-list--summary {
            height: 2; padding: 0 1; color: $dim; background: $panel;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "close", show=False, id="choice.close",
                tooltip="Close the list and change nothing."),
        Binding("up", "move(-1)", "up", show=False, system=True, id="choice.up",
                tooltip="Go to the choice above."),
        Binding("down", "move(1)", "down", show=False, system=True, id="choice.down",
                tooltip="Go to the choice below."),
        Binding("pageup", "move(-8)", "page up", show=False, system=True, id="choice.page_up",
                tooltip="Go eight choices up."),
        Binding("pagedown", "move(8)", "page down", show=False, system=True, id="choice.page_down",
                tooltip="Go eight choices down."),
    ]  # fmt: skip
    AUTO_FOCUS = "Input"

    def __init__(
        self,
        choices: Sequence[Choice],
        current: str,
        region: Region,
        several: bool = False,
        sweeps: Callable[[str], bool] = lambda _: False,
    ) -> None:
        super().__init__()
        self._choices = tuple(choices)
        self._region = region
        self._several = several
        self._sweeps = sweeps
        known = {choice.text for choice in choices}
        names = [part.strip() for part in current.split(",")] if several else [current]
        self._picked = [name for name in names if name in known or (several and "(" in name)]
        self._before = list(self._picked)
        self._shown: list[Choice] = []
        self._options = OptionList(compact=True, markup=False)

    def compose(self) -> ComposeResult:
        """Build the list at its field."""
        with Vertical():
            yield TextField(placeholder="type to filter", compact=True)
            yield self._options
            yield Static(classes="choice-list--summary", markup=False)

    def on_mount(self) -> None:
        """Fill the list, and put it where its field is."""
        self._fill("")
        current = self._picked[0] if self._picked else None
        texts = [choice.text for choice in self._shown]
        self._options.highlighted = texts.index(current) if current in texts else 0
        self._place()

    def on_resize(self) -> None:
        """Keep the list inside the screen."""
        self._place()

    def _place(self) -> None:
        box = self.query_one(Vertical)
        longest = max((cell_len(choice.text) for choice in self._choices), default=0)
        width = min(_WIDEST, max(longest + 5, 30), self.size.width)
        rows = min(len(self._choices), _MOST_ROWS, max(3, self.size.height - 4))
        height = rows + 3
        x = max(0, min(self._region.x - 1, self.size.width - width))
        y = self._region.y
        if y + height > self.size.height:
            y = max(0, self.size.height - height)
        box.styles.width = width
        self._options.styles.max_height = rows
        box.styles.offset = (x, y)

    def _fill(self, query: str) -> None:
        folded = query.casefold().strip()
        begins = [one for one in self._choices if one.text.casefold().startswith(folded)]
        holds = [
            one for one in self._choices if folded in one.text.casefold() and one not in begins
        ]
        self._shown = [*begins, *holds] if folded else list(self._choices)
        signs = glyphs_for(self.app)
        mark = signs.tick if self._several else signs.on
        options = [
            Option(Content(f"{mark if choice.text in self._picked else ' '} {choice.text}"))
            for choice in self._shown
        ]
        highlighted = self._options.highlighted
        self._options.clear_options().add_options(options)
        if options:
            self._options.highlighted = min(highlighted or 0, len(options) - 1)
        self._show_summary()

    def _show_summary(self) -> None:
        place = self._options.highlighted
        text = self._shown[place].summary if place is not None and self._shown else "nothing fits"
        typed = self.query_one(Input).value
        if not self._shown and self._sweeps(typed):
            text = f"{glyphs_for(self.app).enter} sweeps over {typed}"
        if self._several:
            text = f"Enter picks, Esc is done. {text}"
        self.query_one(".choice-list--summary", Static).update(text)

    @on(Input.Changed)
    def filter_choices(self, event: Input.Changed) -> None:
        """Show the choices that fit what was typed."""
        event.stop()
        self._options.highlighted = 0
        self._fill(event.value)

    @on(OptionList.OptionHighlighted)
    def tell_summary(self, event: OptionList.OptionHighlighted) -> None:
        """Say what the value under the cursor is."""
        event.stop()
        self._show_summary()

    @on(Input.Submitted)
    def take_highlighted(self, event: Input.Submitted) -> None:
        """Enter takes the value under the cursor."""
        event.stop()
        if self._shown and self._options.highlighted is not None:
            self._take(self._options.highlighted)
        elif self._sweeps(event.value):
            self.dismiss(event.value)

    @on(OptionList.OptionSelected)
    def take_clicked(self, event: OptionList.OptionSelected) -> None:
        """A click takes a value."""
        event.stop()
        self._take(event.option_index)

    def _take(self, place: int) -> None:
        text = self._shown[place].text
        if not self._several:
            self.dismiss(text)
            return
        if text in self._picked:
            self._picked.remove(text)
        else:
            self._picked.append(text)
        self._fill(self.query_one(Input).value)

    def action_move(self, by: int) -> None:
        """Move the cursor in the list while the typing goes on."""
        if self._shown:
            place = (self._options.highlighted or 0) + by
            self._options.highlighted = max(0, min(place, len(self._shown) - 1))

    def action_close(self) -> None:
        """Close it; several picks are kept."""
        if self._several and self._picked != self._before:
            self.dismiss(", ".join(self._picked))
        else:
            self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        """A click beside the list closes it."""
        if not self.query_one(Vertical).region.contains(event.screen_x, event.screen_y):
            event.stop()
            self.action_close()
