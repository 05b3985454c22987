"""Rows of texts in columns, for what a command prints."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from kertui.terminal.cells import padded


def in_columns(rows: Sequence[Sequence[str]], sides: str, gap: int = 2) -> list[str]:
    """A line for each row, each column as wide as its widest cell; no blanks at the end.

    Args:
        rows: all of as many cells.
        sides: of each column, ``l`` for what stands to the left and ``r`` to the right.
        gap: blanks between two columns.
    """
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return [
        (" " * gap)
        .join(
            padded(cell, width, right=side == "r")
            for cell, width, side in zip(row, widths, sides, strict=True)
        )
        .rstrip()
        for row in rows
    ]
