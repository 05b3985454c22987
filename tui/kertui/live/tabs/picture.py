"""What the network learned, as a picture: its decision boundary, the curve it fits, or what counts
most in a text or an image."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from kertasks.data.described.description import Description, ImageSample, WordsSample
from kertasks.runs.looking.view import ViewRecord, ViewRequest
from kertasks.runs.views.decision_boundary import BoundaryMap, BoundaryRequest
from kertasks.runs.views.fitted_curve import CurveRequest, FittedCurve
from kertasks.runs.views.saliency import Saliency, SaliencyRequest
from kertasks.text.numbers import counted, grouped
from kertui.live.looking.looked_at import look_words, why_no_look
from kertui.live.looking.rows_tab import RowsTab, rows_key
from kertui.live.tab import RunView
from kertui.plotting.fact_rows import fact_rows, sentence_rows
from kertui.plotting.heat import heat_look
from kertui.plotting.pictures.boundary_picture import BoundaryLayout, arrange, boundary_rows
from kertui.plotting.pictures.curve_picture import curve_rows
from kertui.plotting.pictures.saliency_picture import saliency_rows
from kertui.plotting.strips import Row, fit
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import glyphs_for

_ROOMY = 14
"""Rows from which there is a blank one under the facts."""

_ONE_LINE = 72
"""Columns from which the facts are reckoned to take one row; narrower, two."""

_MOST_WORDS = 1_000


class Kind(StrEnum):
    """What there is a picture of."""

    BOUNDARY = "boundary"
    CURVE = "curve"
    SALIENCY = "saliency"


def kind_of(data: Description) -> Kind:
    """What suits the data: texts and images row by row, a curve for one number, else a plane."""
    shape = data.splits[0].x_shape if data.splits else ()
    if len(shape) > 1 or any(isinstance(one, (WordsSample, ImageSample)) for one in data.samples):
        return Kind.SALIENCY
    return Kind.CURVE if data.feature_count == 1 else Kind.BOUNDARY


def kind_for(view: RunView) -> Kind:
    """What suits the data; while that is not known, what is drawn, or what was not tried yet."""
    if view.data is not None:
        return kind_of(view.data)
    look = view.look
    if look is None:
        return Kind.BOUNDARY
    kinds = {
        BoundaryRequest: (Kind.BOUNDARY, Kind.CURVE),
        CurveRequest: (Kind.CURVE, Kind.SALIENCY),
    }
    drawn, after = kinds.get(type(look.request), (Kind.SALIENCY, Kind.SALIENCY))
    return after if look.why_not else drawn


class PictureDrawing(RowsWidget):
    """The picture under what is to be said of it."""

    DEFAULT_CSS = """
    PictureDrawing { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.thresholded = False
        self.first_line = 0
        """The first line of a text in sight."""

        self._view = RunView()
        self._lines = 0

    def show(self, view: RunView) -> None:
        """Show the latest look."""
        self._view = view
        self.redraw()

    def scroll_lines(self, by: int) -> None:
        """Show a text from so many lines further on."""
        self.first_line = max(0, min(self.first_line + by, self._lines - 1))
        self.redraw()

    @property
    def head(self) -> int:
        """Rows over the picture."""
        width, height = self.size
        return (1 if width >= _ONE_LINE else 2) + (height >= _ROOMY)

    def layout_for(self, record: object) -> BoundaryLayout:
        """Where the parts of a boundary lie, as far as it is known how many units there are."""
        units = None
        if isinstance(record, BoundaryMap):
            units = sum({one.layer: one.of for one in record.units}.values())
        return arrange(self.size.width, self.size.height - self.head, units)

    def draw_rows(self, width: int) -> None:
        """Draw what there is, as many rows as there may be."""
        height, look = self.size.height, self._view.look
        record = None if look is None else look.record
        heat, glyphs = heat_look(self.app), glyphs_for(self.app)
        room = max(1, height - self.head)
        match record:
            case BoundaryMap():
                layout = self.layout_for(record)
                rows = boundary_rows(record, layout, heat, thresholded=self.thresholded)
            case FittedCurve():
                rows = curve_rows(record, width, room, glyphs)
            case Saliency():
                drawing = saliency_rows(record, width, room, heat, self.first_line)
                rows, self._lines = drawing.rows, drawing.lines
            case _:
                self.show_rows(sentence_rows(why_no_look(self._view), width, height)[:height])
                return
        of = "" if look is None else look_words(look, glyphs)
        head = fact_rows(_facts(record, self.thresholded), of, width, glyphs)[: self.head]
        head += [fit([], width)] * (self.head - len(head))
        all_rows: list[Row] = [*head, *rows, *(fit([], width) for _ in range(height))]
        self.show_rows(all_rows[:height])


def _facts(
    record: BoundaryMap | FittedCurve | Saliency, thresholded: bool
) -> list[tuple[str, str]]:
    match record:
        case BoundaryMap():
            return _boundary_facts(record, thresholded)
        case FittedCurve():
            return [(f"{record.y.name} over {record.x.name}", "strong")]
        case Saliency():
            return _saliency_facts(record)


def _boundary_facts(record: BoundaryMap, thresholded: bool) -> list[tuple[str, str]]:
    if record.target is not None:
        said = record.target.name
    elif record.said:
        said = "the class that is said" + ("" if thresholded else ", brighter the surer")
    else:
        said = record.classes[-1]
        said = f"{said} or not" if thresholded else f"P({said})"
    facts = [(said, "strong")]
    if record.classes and record.points_wrong:
        wrong, shown = sum(record.points_wrong), len(record.points_wrong)
        of = "shown " if shown < record.row_count else ""
        facts.append((f"{grouped(wrong)} of {counted(shown, 'row')} {of}wrong", "dim"))
    if record.others:
        others = (
            "the other feature" if record.others == 1 else f"the other {record.others} features"
        )
        facts.append((f"{others} at the median", "dim"))
    return facts


def _saliency_facts(record: Saliency) -> list[tuple[str, str]]:
    sure = "" if record.probability is None else f" {record.probability:.2f}"
    facts = [(f"row {grouped(record.row + 1)}", "dim"), (f"{record.said}{sure}", "strong")]
    if record.is_wrong:
        facts.append((f"wrong: it is {record.truth}", "bad"))
    else:
        facts.append((f"true {record.truth}", "dim"))
    if not record.found:
        facts.append(("no row is wrong", "warning"))
    return facts


class PictureTab(RowsTab):
    """Shows what the network makes of the plane, of a line, or of the parts of a row."""

    title = "picture"
    key = "2"

    # fmt: off
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "go_across(-1)", "previous", show=False, id="live.picture_left",
                tooltip="Put the feature before across the picture; of texts and images, go to the "
                        "row before."),
        Binding("right", "go_across(1)", "next", show=False, id="live.picture_right",
                tooltip="Put the next feature across the picture; of texts and images, go to the "
                        "next row."),
        Binding("up", "go_up(-1)", "previous up", show=False, id="live.picture_up",
                tooltip="Put the feature before up the picture; of a text, scroll up."),
        Binding("down", "go_up(1)", "next up", show=False, id="live.picture_down",
                tooltip="Put the next feature up the picture; of a text, scroll down."),
        Binding("pageup", "page(-1)", "earlier units", show=False, id="live.picture_page_up",
                tooltip="Show the units before these; of a text, scroll a page up."),
        Binding("pagedown", "page(1)", "more units", show=False, id="live.picture_page_down",
                tooltip="Show the units after these; of a text, scroll a page down."),
        Binding("b", "threshold", "sure or not", id="live.picture_threshold",
                tooltip="Show only which class is said, or how sure it is again."),
        Binding("n", "wrong(1)", "next wrong", id="live.picture_wrong",
                tooltip="Go to the next row of which another class is said than the true one."),
        Binding("N", "wrong(-1)", "wrong before", show=False, id="live.picture_wrong_before",
                tooltip="Go to the row before of which another class is said than the true one."),
        rows_key("picture"),
    ]
    # fmt: on

    def __init__(self) -> None:
        super().__init__()
        self._across, self._up = 0, 1
        self._first_unit = 0
        self._row, self._wrong = 0, 0
        """The row that is wanted, and in which direction the next wrong one is looked for."""

    def compose(self) -> ComposeResult:
        """Make room for one drawing."""
        yield PictureDrawing()

    @property
    def _drawing(self) -> PictureDrawing:
        return self.query_one(PictureDrawing)

    @property
    def _kind(self) -> Kind:
        return kind_for(self._view)

    @property
    def _record(self) -> ViewRecord | None:
        return None if self._view.look is None else self._view.look.record

    @property
    def _has_classes(self) -> bool:
        match self._record:
            case BoundaryMap() as record:
                return bool(record.classes)
            case Saliency() as record:
                return record.probability is not None
        return False

    def wanted(self, view: RunView) -> ViewRequest | None:
        """The picture that suits the data, in as many cells as there are."""
        self.follow(view)
        if not all(self.size):
            return None
        drawing = self._drawing
        match kind_for(view):
            case Kind.CURVE:
                return CurveRequest(self._rows, places=max(2, min(2_000, 2 * self.size.width)))
            case Kind.SALIENCY:
                return SaliencyRequest(self._rows, self._row, self._wrong, _MOST_WORDS)
            case Kind.BOUNDARY:
                layout = drawing.layout_for(None if view.look is None else view.look.record)
                return BoundaryRequest(
                    self._rows,
                    self._across,
                    self._up,
                    columns=min(400, layout.columns),
                    cells=min(150, layout.rows),
                    units=min(64, layout.units),
                    first_unit=self._first_unit,
                    unit_columns=max(1, layout.unit_columns),
                    unit_cells=max(1, layout.unit_rows),
                )

    def show(self, view: RunView) -> None:
        """Draw the latest look."""
        before = self._kind, self._has_classes
        self.follow(view)
        self._view = view
        look = view.look
        if look is not None and isinstance(look.record, Saliency) and self._wrong:
            wanted = SaliencyRequest(self._rows, self._row, self._wrong, _MOST_WORDS)
            if look.request == wanted:  # the row it found; it stays while the network goes on
                self._row, self._wrong = look.record.row, 0
        self._drawing.show(view)
        if before != (self._kind, self._has_classes):
            self.refresh_bindings()

    def look_at(self, request: ViewRequest, view: RunView) -> None:
        """Show what counts in the row that another tab hands over."""
        self.follow(view)
        if isinstance(request, SaliencyRequest):
            self._rows, self._row, self._wrong = request.rows, request.row, 0
            self._drawing.first_line = 0

    def on_resize(self) -> None:
        """Another number of cells is wanted."""
        self.post_message(self.WantsOther())

    def forget(self) -> None:
        """Begin with the first features, units and row."""
        self._first_unit = 0
        self._across, self._up, self._row, self._wrong = 0, 1, 0, 0
        if self.is_mounted:
            self._drawing.first_line = 0

    # What a person does

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What suits another kind of picture does not act."""
        if not super().check_action(action, parameters):
            return False
        kind = self._kind
        if action == "threshold":
            return kind is Kind.BOUNDARY and self._has_classes
        if action == "wrong":
            return kind is Kind.SALIENCY and self._has_classes
        if action in ("go_across", "go_up", "page"):
            return kind is Kind.BOUNDARY or kind is Kind.SALIENCY
        return True

    def action_go_across(self, by: int) -> None:
        """Another feature across, or another row."""
        if self._kind is Kind.SALIENCY:
            record = self._record
            count = record.row_count if isinstance(record, Saliency) else 1
            self._row, self._wrong = (self._row + by) % max(1, count), 0
            self._drawing.first_line = 0
        else:
            self._across = self._other_feature(self._across, by, self._up)
        self.post_message(self.WantsOther())

    def action_go_up(self, by: int) -> None:
        """Another feature up, or another line of the text."""
        if self._kind is Kind.SALIENCY:
            self._drawing.scroll_lines(by)
        else:
            self._up = self._other_feature(self._up, by, self._across)
            self.post_message(self.WantsOther())

    def _other_feature(self, here: int, by: int, taken: int) -> int:
        """The next feature round the end that is not the other one."""
        record = self._record
        count = record.others + 2 if isinstance(record, BoundaryMap) else 0
        if count < 3:
            return here
        found = (here + by) % count
        return (found + by) % count if found == taken else found

    def action_page(self, pages: int) -> None:
        """Other units, or another page of the text."""
        if self._kind is Kind.SALIENCY:
            self._drawing.scroll_lines(pages * max(1, self.size.height - 3))
            return
        record = self._record
        if isinstance(record, BoundaryMap):
            units: dict[str, int] = {}
            for one in record.units:
                units[one.layer] = units.get(one.layer, 0) + 1
            most = max((one.of for one in record.units), default=0)
            step = max(units.values(), default=1)
            first = self._first_unit + pages * step
            if 0 <= first < most:
                self._first_unit = first
                self.post_message(self.WantsOther())

    def action_threshold(self) -> None:
        """Only the class, or how sure as well."""
        self._drawing.thresholded = not self._drawing.thresholded
        self._drawing.redraw()

    def action_wrong(self, step: int) -> None:
        """The next row that is wrong from here, or the one before."""
        record = self._record
        if isinstance(record, Saliency):
            self._row = (record.row + step) % max(1, record.row_count)
            self._wrong = step
            self._drawing.first_line = 0
            self.post_message(self.WantsOther())

    def action_other_rows(self) -> None:
        """Look at the next rows there are, from their first."""
        self._row, self._wrong = 0, 0
        self._drawing.first_line = 0
        super().action_other_rows()


TAB = PictureTab
