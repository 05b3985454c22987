"""Choose a layer to add: fuzzy search over all of Keras's, with its help beside the list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.fuzzy import FuzzySearch
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from kertasks.keras_catalog.catalog import Catalog, ClassInfo, Family
from kertui.dialogs.dialog import LOOK, Dialog
from kertui.forms.field_form import with_code
from kertui.forms.text_field import TextField
from kertui.terminal.glyphs import glyphs_for
from kertui.text.recipe_values import format_value

_TOPICS = (
    "core",
    "convolutional",
    "pooling",
    "regularization",
    "normalization",
    "activations",
    "reshaping",
    "merging",
    "rnn",
    "attention",
    "preprocessing",
)
"""The order of the headings: what a beginner meets first stands first."""


_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+[A-Z]?")
"""The words of a class's name: ``MaxPooling2D`` has three."""

_OTHER_NAME = 5.0
"""The score of a word that is another name of the class, such as ``AvgPool2D``."""

_IN_HELP = 2.0
"""The score of a word that is in the topic or the summary: a name's own words count for more."""


@dataclass(frozen=True, slots=True)
class Found:
    """A class with where the query's letters are in its name."""

    info: ClassInfo
    letters: tuple[int, ...]
    """Places in the name to highlight; empty where something else matched."""


class AddLayerScreen(Dialog[ClassInfo]):
    """Search a layer. Gives its class, or None.

    Args:
        catalog: Keras's classes; None while they are being read, for ``take_catalog`` then.
        after: what it will stand after, in a few words.
    """

    CSS_PATH = [LOOK, "add_layer.tcss"]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "up", show=False, system=True, id="add.up",
                tooltip="Go to the layer above."),
        Binding("down", "move(1)", "down", show=False, system=True, id="add.down",
                tooltip="Go to the layer below."),
        Binding("pageup", "move(-10)", "page up", show=False, system=True, id="add.page_up",
                tooltip="Go ten layers up."),
        Binding("pagedown", "move(10)", "page down", show=False, system=True, id="add.page_down",
                tooltip="Go ten layers down."),
    ]  # fmt: skip
    AUTO_FOCUS = "Input"

    def __init__(self, catalog: Catalog | None, after: str) -> None:
        heading = Content.from_markup("Add a layer  [not b $dim]after $after[/]", after=after)
        super().__init__(
            heading, keys=[("enter", "add"), ("up down", "choose"), ("escape", "cancel")]
        )
        self._layers = _sorted_layers(catalog)
        self._reading = catalog is None
        self._chosen_early = False
        """Whether Enter was pressed before there was anything to choose."""

        self._shown: list[Found] = []
        self._list = OptionList(compact=True, markup=False)
        self._about = Static(id="add-about", markup=False)

    def compose_body(self) -> ComposeResult:
        """Build the field to search in, the list, and the help beside it."""
        yield TextField(placeholder="type to search: conv, lstm, dropout ...", compact=True)
        with Horizontal(id="add-body"):
            yield self._list
            with VerticalScroll(id="add-help", can_focus=False):
                yield self._about

    def on_mount(self) -> None:
        """Show all the layers, by topic."""
        self._fill("")

    def take_catalog(self, catalog: Catalog) -> None:
        """Show the layers, which are here now, that fit what was typed meanwhile."""
        self._layers, self._reading = _sorted_layers(catalog), False
        if not self.is_mounted:
            return
        self._fill(self.query_one(Input).value)
        if self._chosen_early:
            self._choose()

    def tell_failure(self, reason: str) -> None:
        """Say why there are no layers to choose from."""
        self._about.update(reason)

    def _fill(self, query: str) -> None:
        """Grouped by topic without a query, best first with one."""
        if self._reading:
            self._about.update(f"Reading Keras's layers {glyphs_for(self.app).ellipsis}")
            return
        self._shown = search(query, self._layers)
        options: list[Option] = []
        if query.strip():
            options = [self._option(place) for place in range(len(self._shown))]
        else:
            places = range(len(self._shown))
            for topic, members in groupby(places, key=lambda place: self._shown[place].info.topic):
                heading = Content.styled(topic.upper(), "$dim")
                options.append(Option(heading, disabled=True))
                options += [self._option(place) for place in members]
        self._list.clear_options().add_options(options)
        first = next((n for n, option in enumerate(options) if not option.disabled), None)
        self._list.highlighted = first
        if first is None:
            self._about.update(
                f"No layer of Keras fits {query.strip()!r}. Fewer letters find more."
            )

    def _option(self, place: int) -> Option:
        found = self._shown[place]
        name = Content(f" {found.info.name}")
        for letter in found.letters:
            name = name.stylize("bold $accent", letter + 1, letter + 2)
        return Option(name, id=str(place))

    @on(Input.Changed)
    def search_layers(self, event: Input.Changed) -> None:
        """Show the layers that fit what was typed."""
        event.stop()
        self._fill(event.value)

    @on(OptionList.OptionHighlighted)
    def show_help(self, event: OptionList.OptionHighlighted) -> None:
        """Show Keras's own words on the layer under the cursor."""
        event.stop()
        if event.option_id is None:
            return
        info = self._shown[int(event.option_id)].info
        self._about.update(_help(info))
        self.query_one("#add-help", VerticalScroll).scroll_home(animate=False)

    @on(OptionList.OptionSelected)
    def add_clicked(self, event: OptionList.OptionSelected) -> None:
        """A click adds the layer."""
        event.stop()
        if event.option_id is not None:
            self.dismiss(self._shown[int(event.option_id)].info)

    @on(Input.Submitted)
    def add_highlighted(self, event: Input.Submitted) -> None:
        """Enter adds the layer under the cursor."""
        event.stop()
        self._chosen_early = self._reading
        self._choose()

    def _choose(self) -> None:
        option = self._list.highlighted_option
        if option is not None and option.id is not None:
            self.dismiss(self._shown[int(option.id)].info)

    def action_move(self, by: int) -> None:
        """Move the cursor in the list while the typing goes on."""
        for _ in range(abs(by)):
            if by < 0:
                self._list.action_cursor_up()
            else:
                self._list.action_cursor_down()


def _sorted_layers(catalog: Catalog | None) -> list[ClassInfo]:
    return sorted(catalog.family(Family.LAYERS), key=_order) if catalog is not None else []


def _order(info: ClassInfo) -> tuple[int, str, str]:
    known = info.topic in _TOPICS
    return (_TOPICS.index(info.topic) if known else len(_TOPICS), info.topic, info.name)


class _NameSearch(FuzzySearch):
    """Textual's fuzzy search in one name, with a word at each of its capitals.

    Args:
        name: the name of a class.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.starts = frozenset(match.start() for match in _WORDS.finditer(name))

    def score(self, candidate: str, positions: Sequence[int]) -> float:
        """Score a match by its letters, more where they begin words."""
        return super().score(candidate, positions) + len(self.starts.intersection(positions))


def search(query: str, classes: Iterable[ClassInfo]) -> list[Found]:
    """The classes that fit, best first; all of them, in their order, for an empty query.

    Every word of the query must be found: in the name, in one piece or as letters in order from
    the beginning of a word on, or else at the beginning of the topic or of a word of the summary.
    """
    words = query.casefold().split()
    if not words:
        return [Found(info, ()) for info in classes]
    scored: list[tuple[float, int, Found]] = []
    for place, info in enumerate(classes):
        matches = [_match(word, info) for word in words]
        if all(score for score, _ in matches):
            # Among equals the shorter name is the plainer class.
            rank = len(info.name) / 100 - sum(score for score, _ in matches)
            letters = sorted({place for _, places in matches for place in places})
            scored.append((rank, place, Found(info, tuple(letters))))
    return [found for *_, found in sorted(scored, key=lambda entry: entry[:2])]


def _match(word: str, info: ClassInfo) -> tuple[float, Sequence[int]]:
    """The score for each letter of the word, and where the letters are in the name."""
    if word in (identifier.casefold() for identifier in info.identifiers):
        return _OTHER_NAME, ()
    name = _NameSearch(info.name)
    score, letters = name.match(word, info.name)
    if score and (letters[0] in name.starts or letters[-1] - letters[0] < len(word)):
        score /= len(word)
    else:
        score = 0
    in_summary = len(word) >= 3 and re.search(rf"\b{re.escape(word)}", info.summary.casefold())
    if score < _IN_HELP and (in_summary or info.topic.casefold().startswith(word)):
        return _IN_HELP, ()
    return score, letters


def _help(info: ClassInfo) -> Content:
    """A class's name, summary, arguments and help."""
    parts = [
        Content.assemble((info.name, "bold $foreground"), "  ", (info.topic, "$dim")),
        with_code(info.summary),
    ]
    if info.arguments:
        lines = []
        longest = max(len(argument.name) for argument in info.arguments)
        for argument in info.arguments:
            value = "required" if argument.required else format_value(argument.default)
            style = "$accent" if argument.required else "$dim"
            lines.append(
                Content.assemble((f"{argument.name:<{longest}}  ", "$foreground"), (value, style))
            )
        parts.append(Content("\n").join(lines))
    rest = info.help.removeprefix(info.summary).strip()
    if rest:
        parts.append(with_code(rest))
    return Content("\n\n").join(parts)
