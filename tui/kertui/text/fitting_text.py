"""Text cut to a width so that the cut shows."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from kertui.terminal.glyphs import Glyphs


def fitted(text: str, width: int, signs: Glyphs) -> str:
    """The text in at most ``width`` cells; its end says when something was left out."""
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    mark = signs.cut
    return set_cell_size(text, width - len(mark)).rstrip() + mark if width > len(mark) else mark
