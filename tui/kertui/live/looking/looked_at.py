"""What a tab looks at: which weights and which rows, in words, and which other rows there are."""

from __future__ import annotations

from kertasks.runs.looking.view import Look, Rows
from kertasks.text.numbers import counted, grouped
from kertui.live.tab import RunView
from kertui.plotting.curves.traces import VALIDATION
from kertui.terminal.glyphs import Glyphs

_ROWS_WORDS = {Rows.TEST: "test", Rows.VALIDATION: "validation", Rows.TRAIN: "training"}


def rows_words(rows: Rows, count: int) -> str:
    """So many rows of a kind: ``"1 000 validation rows"``."""
    return counted(count, f"{_ROWS_WORDS[rows]} row")


def weights_words(look: Look) -> str:
    """Of which weights a look is: ``"epoch 412 and 3 batches"``."""
    epoch = f"epoch {grouped(look.epoch)}"
    if look.step:
        epoch += f" and {counted(look.step, 'batch')}"
    return epoch


def look_words(look: Look, glyphs: Glyphs) -> str:
    """Of which weights and rows a look is: ``"epoch 412 · 1 000 validation rows"``."""
    epoch = weights_words(look)
    if look.record is None:
        return epoch
    return f"{epoch} {glyphs.dot} {rows_words(look.record.rows, look.record.row_count)}"


def rows_there(view: RunView) -> list[Rows]:
    """Which rows a run has, those that are looked at first before others."""
    named = {Rows.TRAIN.value}
    if view.data is not None:
        named |= {split.name for split in view.data.splits if split.rows}
    # A share of the training rows that is held out is no split of the data.
    if any(name.startswith(VALIDATION) for name in view.history.metric_names):
        named.add(Rows.VALIDATION.value)
    return [rows for rows in Rows if rows.value in named]


def next_rows(view: RunView) -> Rows:
    """The rows after those that are looked at, round the end."""
    there = rows_there(view)
    record = None if view.look is None else view.look.record
    if record is None or record.rows not in there:
        return there[0]
    return there[(there.index(record.rows) + 1) % len(there)]


def why_no_look(view: RunView) -> str:
    """What there is to say where nothing can be drawn."""
    if view.run is None:
        return view.waiting or "there is no run"
    if view.no_network:
        return f"{view.trained_by.name} holds numbers of a training, and nothing of its network"
    if view.look is not None and view.look.why_not:
        return view.look.why_not
    return view.looking or view.waiting or view.no_data or "reading the data …"
