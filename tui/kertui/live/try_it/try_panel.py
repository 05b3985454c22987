"""Try it: a row of one's own, and what the network says of it, live, under the tabs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from kertasks.runs.looking.view import Look
from kertasks.runs.views.answer import Answer, AnswerRequest
from kertui.live.looking.look_reader import LookReader
from kertui.live.looking.looked_at import rows_words, weights_words
from kertui.live.tab import RunView
from kertui.live.try_it.answer_lines import answer_rows, beside_picture
from kertui.live.try_it.cell_field import CellField
from kertui.live.try_it.picture_field import PictureField
from kertui.live.try_it.pixel_pad import LARGEST, PixelPad
from kertui.live.try_it.try_form import TryForm
from kertui.live.try_it.value_fields import ValueField, ValueFields
from kertui.live.try_it.words_field import NumbersField, WordsField
from kertui.plotting.heat import heat_look
from kertui.plotting.strips import cells, fit
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import glyphs_for
from kertui.text.fitting_text import fitted

if TYPE_CHECKING:
    from kertasks.data.described.description import Description
    from kertui.service.training_service import TrainingService

_FEW_CLASSES = 2
_CLASS_LINES = 4
"""Lines for classes under a form, where there are more than two."""

_PICTURE_LINES = 16
"""Rows of cells of a file's picture at most."""

_ROOMY = 24
"""Rows of the pane from which there is a blank one between form and answer."""

_TITLE = "try it"


def form_for(data: Description) -> TryForm:
    """The form by which a row of the data is written."""
    from kertasks.data.described.description import ImageSample, WordsSample

    sample = data.samples[0] if data.samples else None
    features = data.own_features or data.features
    if data.raw_columns:
        return ValueFields([CellField(column) for column in data.raw_columns])
    if isinstance(sample, WordsSample):
        return WordsField()
    if isinstance(sample, ImageSample) and features:
        height, width = len(sample.pixels), len(sample.pixels[0])
        if height * width == data.feature_count and max(height, width) <= LARGEST:
            return _pad(data, height, width, features[0].maximum)
    if data.reads_files:
        return PictureField()
    if len(features) == data.feature_count and features[0].median is not None:
        return ValueFields([ValueField(facts) for facts in features])
    return NumbersField(data.feature_count)


def _pad(data: Description, height: int, width: int, most: float) -> PixelPad:
    whole = data.splits[0].x_dtype.startswith(("int", "uint"))
    # A picture of a file may be fuller than the fullest of the data.
    full = (255.0 if most > 1 else 1.0) if data.reads_files else most
    return PixelPad(height, width, full, whole=whole, reads_files=data.reads_files)


class TryTitle(RowsWidget):
    """The panel's first line: what it is, and of which weights the answer is."""

    DEFAULT_CSS = """
    TryTitle { height: 1; }
    """

    said = ""

    def draw_rows(self, width: int) -> None:
        """Draw it over a rule."""
        rule = glyphs_for(self.app).horizontal
        left = cells(f"{rule}{rule} ", "axis") + cells(_TITLE, "chosen") + cells(" ")
        right = cells(f" {self.said}", "dim") if self.said else []
        middle = cells(rule * max(0, width - len(left) - len(right)), "axis")
        self.show_rows([fit(left + middle + right, width)])


class TryAnswer(RowsWidget):
    """What the network and the baseline say, over a line for what is wrong, odd or to be known."""

    DEFAULT_CSS = """
    TryAnswer { height: 3; }
    TryAnswer.-gap { margin-top: 1; }
    """

    look: Look | None = None
    word = ("", "dim")
    """The last line and its role."""

    shows_picture = False
    """Whether the picture that was asked about stands beside the answer."""

    def draw_rows(self, width: int) -> None:
        """Draw as many classes as there is room for."""
        height, glyphs = self.size.height, glyphs_for(self.app)
        record = None if self.look is None else self.look.record
        text, role = self.word
        word = fit(cells(fitted(text, width, glyphs), role), width)
        if isinstance(record, Answer):
            if self.shows_picture and record.picture:
                rows = beside_picture(record, width, height - 1, heat_look(self.app))
            else:
                rows = answer_rows(record, width, height - 1, glyphs)
            rows += [fit([], width)] * (height - 1 - len(rows)) + [word]
        else:
            rows = [word] + [fit([], width)] * (height - 1)
        self.show_rows(rows[-height:])


class TryPanel(Widget):
    """The form of the run's data, the answer to what stands in it, and where both come from.

    Args:
        service: answers for runs that are over, as for the tabs.
    """

    DEFAULT_CSS = """
    TryPanel {
        height: auto; display: none; layout: vertical;
        &.-beside { layout: grid; grid-size: 2; grid-columns: auto 1fr; grid-rows: 1 1fr;
            grid-gutter: 0 3;
        }
        &.-beside TryTitle { column-span: 2; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "close", key_display="esc", id="try.close",
                tooltip="Close Try it; what was written stays there."),
    ]  # fmt: skip

    class Closed(Message):
        """A person is done with it."""

    def __init__(self, service: TrainingService | None = None) -> None:
        super().__init__()
        self._reader = LookReader(service)
        self._view = RunView()
        self._data: Description | None = None
        """Of which the form is."""

        self.form: TryForm | None = None
        """Where one writes; None until the data is known."""

        self._begins = False
        """Whether the form gets the focus once it is there."""

        self._look: Look | None = None
        self._looking = ""
        """Why there is no answer to what is asked."""

    def compose(self) -> ComposeResult:
        """A title over the answer; the form comes between them once the data is known."""
        yield self._reader
        yield TryTitle()
        yield TryAnswer()

    def open(self) -> None:
        """Show it, and write."""
        self.display = True
        self._begins = self.form is None
        if self.form is not None:
            self.form.begin()

    def close(self) -> None:
        """Hide it; nothing is computed for it any more."""
        self.display = False
        self.rest()

    def rest(self) -> None:
        """Have nothing computed until it is shown again."""
        self._reader.want(None)

    def action_close(self) -> None:
        """Ask to be closed: something else gets the focus."""
        self.post_message(self.Closed())

    def wanted(self, view: RunView) -> AnswerRequest | None:
        """What is asked of the network: the row that stands in the form."""
        del view
        return None if self.form is None else self.form.request

    def is_answered(self) -> bool:
        """Whether the answer that is shown is to what stands in the form."""
        asked = self.wanted(self._view)
        return asked is not None and self._look is not None and self._look.request == asked

    def show(self, view: RunView) -> None:
        """Show the run as it is now. Called at most a few times a second, while it is open."""
        if view.run != self._view.run:
            self._look, self._looking = None, ""
        self._view = view
        if view.data is not None and view.data != self._data:
            self._take_form(view.data)
        self._ask()
        self._draw()

    def _take_form(self, data: Description) -> None:
        before, self._data = self.form, data
        if before is not None:
            self._begins = before.has_focus_within
            before.remove()
        self.form = form_for(data)
        self.set_class(isinstance(self.form, PixelPad), "-beside")
        self.query_one(TryAnswer).shows_picture = isinstance(self.form, PictureField)
        self.mount(self.form, after=self.query_one(TryTitle))
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        if self._begins and self.display and self.form is not None:
            self._begins = False
            self.form.begin()
        self._draw()

    def _ask(self) -> None:
        request = self.wanted(self._view) if self.display else None
        if self._reader.look(self._view, request):
            self._looking = "" if self._look else "computing …"

    @on(LookReader.LookRead)
    def _take_look(self, message: LookReader.LookRead) -> None:
        message.stop()
        if self._reader.wanted is not None and message.wanted.run == self._reader.wanted.run:
            self._look, self._looking = message.look, ""
            record = message.look.record
            if (
                isinstance(self.form, PixelPad)
                and isinstance(record, Answer)
                and self.is_answered()
            ):
                self.form.show_picture(record.picture)
            self._draw()

    @on(LookReader.NotRead)
    def _say_not_read(self, message: LookReader.NotRead) -> None:
        message.stop()
        if message.wanted == self._reader.wanted:
            self._look, self._looking = None, message.reason
            self._draw()

    @on(TryForm.Changed)
    def _take_change(self, message: TryForm.Changed) -> None:
        message.stop()
        self._ask()
        self._draw()

    # What is shown

    def rows_at(self, width: int, height: int) -> int:
        """How many rows it takes in a pane of that size: with its form at most half of them."""
        form = self.form
        if form is None:
            return 2
        if self.has_class("-beside"):
            return 1 + form.rows_at(width)
        if isinstance(form, PictureField):
            lines = max(self._answer_lines, min(_PICTURE_LINES + 1, height // 2 - 2))
            return 1 + form.rows_at(width) + lines
        gap = 1 if height >= _ROOMY else 0
        return 1 + min(form.rows_at(width), max(1, height // 2 - 5)) + gap + self._answer_lines

    @property
    def _answer_lines(self) -> int:
        data = self._data
        many = data is not None and len(data.class_names) > _FEW_CLASSES
        return (_CLASS_LINES if many else 1) + 2

    def share_rows(self, width: int, height: int) -> None:
        """Share so many rows out between the form and the answer."""
        form, answer = self.form, self.query_one(TryAnswer)
        self.styles.height = height
        if form is None:
            answer.styles.height = max(1, height - 1)
        elif self.has_class("-beside"):
            answer.styles.height = form.rows_at(width)
            form.take_room(width, form.rows_at(width))
        elif isinstance(form, PictureField):
            form.take_room(width, 1)
            answer.styles.height = max(1, height - 2)
            form.take_picture_rows(height - 3)
        else:
            written = max(1, min(form.rows_at(width), height - 1 - self._answer_lines))
            form.take_room(width, written)
            gap = max(0, min(1, height - 1 - written - self._answer_lines))
            answer.set_class(gap > 0, "-gap")
            answer.styles.height = max(1, height - 1 - written - gap)

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        look, form = self._look, self.form
        answer, title = self.query_one(TryAnswer), self.query_one(TryTitle)
        asked = form is not None and form.request is not None
        answer.look = look if asked else None
        title.said = "" if look is None or not asked else _of_words(look)
        answer.word = self._word()
        answer.redraw()
        title.redraw()

    def _word(self) -> tuple[str, str]:
        """What is wrong, else what is odd, else what is to be known."""
        form, look, glyphs = self.form, self._look, glyphs_for(self.app)
        if form is None or self._begins:  # what is typed before it has the focus is lost to it
            return self._view.no_data or "reading the data …", "dim"
        if form.problem:
            return form.problem, "bad"
        if form.request is not None:
            if self._looking:
                waiting = self._view.waiting or self._looking
                return waiting, "dim"
            if look is not None and look.why_not and look.request == form.request:
                return look.why_not, "bad"
            record = None if look is None else look.record
            odd = form.warning(glyphs) or (record.note if isinstance(record, Answer) else "")
            if odd:
                return odd, "warning"
            if isinstance(record, Answer) and any(map(math.isnan, record.outputs)):
                return "the network gives no number", "bad"
        return form.hint(glyphs), "dim"


def _of_words(look: Look) -> str:
    """Of which weights the network's answer is, and of which rows the baseline's."""
    record, weights = look.record, weights_words(look)
    if not isinstance(record, Answer) or record.baseline is None:
        return weights
    return f"{weights}, baseline of {rows_words(record.rows, record.row_count)}"
