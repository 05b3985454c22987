"""The worst that there is to say, on one line above the keys."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.message import Message

from kertasks.text.numbers import grouped
from kertui.advice.finding_words import gain_words, headline
from kertui.advice.known_advice import Advised, KnownAdvice
from kertui.plotting.strips import Row, cells, fit, join
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.finding_look import counted_from_one, sign_of
from kertui.text.fitting_text import fitted

_GAP = 3
_KEY = "chosen"
"""The role of a key; nothing else on the line has it."""


NOTHING_ANY_MORE = "nothing found any more"
"""While somebody types, before the line goes."""


class AdviceLine(RowsWidget):
    """The worst finding, how many more there are, and the keys. A click does what a key does."""

    DEFAULT_CSS = """
    AdviceLine { height: 1; }
    """

    @dataclass
    class Clicked(Message):
        """A person clicked the line."""

        fix: bool
        """Whether on the key that fixes, rather than anywhere else."""

    def __init__(self) -> None:
        super().__init__()
        self._known: KnownAdvice | None = None

    def show(self, known: KnownAdvice) -> None:
        """Show what is known now."""
        self._known = known
        self.redraw()

    def draw_rows(self, width: int) -> None:
        """Draw the line as far as the width allows."""
        if self._known is not None:
            self.show_rows([advice_row(self._known, width, glyphs_for(self.app))])

    def on_click(self, event: events.Click) -> None:
        """Tell whether the click was on the key that fixes."""
        row = self.rows[0] if self.rows else []
        keys = [at for at, (_, role) in enumerate(row) if role == _KEY]
        fix = len(keys) > 1 and keys[0] <= event.x < keys[1] - _GAP
        self.post_message(self.Clicked(fix))


def advice_row(known: KnownAdvice, width: int, signs: Glyphs) -> Row:
    """The line: what is wrong on the left, keys on the right. First the place gives way, then what
    the keys say, then the end of the sentence: the list has all of it."""
    room = max(0, width - 2)
    worst = known.worst
    if worst is None:
        text = f"no advice: {known.trouble}" if known.trouble else NOTHING_ANY_MORE
        return fit(cells(" ") + cells(fitted(text, room, signs), "dim"), width)
    sign, role = sign_of(worst.finding.severity, signs)
    place, said = headline(worst.finding, known.recipe)
    forms = [_keys(worst, known.more, signs, form) for form in range(3)]
    if len(sign) + 1 + cell_len(place + said) + _GAP + len(forms[0]) > room:
        place, said = "", counted_from_one(worst.finding.sentence)
    whole = len(sign) + 1 + cell_len(place + said) + _GAP
    keys = next((keys for keys in forms if whole + len(keys) <= room), forms[-1])
    head = cells(f"{sign} ", role) + cells(place, "strong")
    said = fitted(said, max(0, room - len(keys) - _GAP - len(head)), signs)
    row = cells(" ") + join(head + cells(said), keys, room, _GAP) + cells(" ")
    return fit(_dimmed(row) if known.late else row, width)


def _keys(worst: Advised, more: int, signs: Glyphs, form: int) -> Row:
    """The keys and what they do, the shorter the higher the form."""
    row: Row = []
    if worst.offered is not None:
        row = cells("f", _KEY) + cells(f" fix it{_of_trial(worst, signs, form)}", "dim")
        row += cells(" " * _GAP)
    words = ("why", f"{grouped(more)} more")[more > 0]
    return row + cells("i", _KEY) + cells(f" {words}", "dim")


def _of_trial(worst: Advised, signs: Glyphs, form: int) -> str:
    if form == 2:
        return ""
    if worst.trying:
        return " (trying it)"
    if worst.tried is None:
        return ""
    gain = gain_words(worst.tried, signs)
    return f" (tried: {gain})" if form == 0 else f" ({gain.partition(' in ')[0]})"


def _dimmed(row: Row) -> Row:
    return [(character, "dim" if character != " " else role) for character, role in row]
