"""The form of a row that is a picture of a person's own: the path of its file."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from kertasks.runs.views.answer import AnswerRequest
from kertui.live.try_it.picture_path import PicturePath
from kertui.live.try_it.try_form import TryForm
from kertui.terminal.glyphs import Glyphs


class PictureField(TryForm):
    """One line for the path; the picture stands beside the answer."""

    DEFAULT_CSS = """
    PictureField { height: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._file = PicturePath()
        self._pixels = 2

    def compose(self) -> ComposeResult:
        """Give the line for the path; the picture is drawn by the answer."""
        yield self._file

    @property
    def request(self) -> AnswerRequest | None:
        """The file, once its path was entered."""
        path = self._file.path
        return AnswerRequest(cells=(path,), pixels=self._pixels) if path else None

    def hint(self, glyphs: Glyphs) -> str:
        """What to type or press next, or what the picture beside the answer is."""
        return "as the network gets it" if self.request else self._file.hint(glyphs)

    def rows_at(self, width: int) -> int:
        """One line."""
        del width
        return 1

    def take_picture_rows(self, rows: int) -> None:
        """Have the picture in so many rows of cells, two pixels in each."""
        pixels = max(2, 2 * rows)
        if pixels != self._pixels:
            self._pixels = pixels
            self.post_message(self.Changed())

    def begin(self) -> None:
        """Type."""
        self._file.focus()

    @on(Input.Changed)
    @on(PicturePath.Entered)
    def _take(self, message: Input.Changed | PicturePath.Entered) -> None:
        message.stop()
        self.post_message(self.Changed())
