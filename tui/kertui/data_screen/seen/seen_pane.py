"""What was seen in a folder or a file of arrays, to be read and scrolled."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from kertasks.arrays.arrays_look import ArraysLook
from kertasks.folders.folder_look import FolderLook
from kertui.data_screen.seen.seen_lines import seen_lines
from kertui.terminal.glyphs import glyphs_for


class SeenPane(VerticalScroll, can_focus=True):
    """Classes with their counts, sizes, arrays, and what was left out."""

    DEFAULT_CSS = """
    SeenPane {
        height: 1fr;
        min-height: 3;
        scrollbar-size-vertical: 1;
        & > Static { height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.use", "use", id="data.use_seen",
                tooltip="Keep it as a task of yours and open the suggested recipe in the "
                "workbench."),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._look: FolderLook | ArraysLook | None = None

    def compose(self) -> ComposeResult:
        """Make room for the lines."""
        yield Static(markup=False)

    def show(self, look: FolderLook | ArraysLook | None) -> None:
        """Show what was seen last; nothing for None."""
        if look is not self._look:
            self._look = look
            self._draw()

    def on_resize(self) -> None:
        """Share the width anew."""
        self._draw()

    def _draw(self) -> None:
        if self._look is None:
            lines = []
        else:
            width = max(12, self.scrollable_content_region.width)
            lines = seen_lines(self._look, width, glyphs_for(self.app))
        self.query_one(Static).update(Content("\n").join(lines))
