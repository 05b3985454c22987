"""What was found while a run trained, on its curve."""

from __future__ import annotations

import pytest

from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.runs.event_file.events import Advised, Epoch, Started
from kertasks.runs.history import RunHistory
from kertui.plotting.curves.plot import plot_of_run
from kertui.plotting.curves.plots import Plots
from kertui.plotting.strips import Row, text_of
from kertui.terminal.glyphs import ASCII, BLOCKS, UNICODE, Glyphs


def finding(code: str, severity: Severity, sentence: str) -> Finding:
    return Finding(code=code, fault=Fault.ACTIVATION, severity=severity, sentence=sentence, layer=1)


DEAD = finding("dead-after-training", Severity.WARNING, "90% of the ReLUs of layer 1 are off")


def drawn(glyphs: Glyphs, *told: Advised, cursor: int | None = None, width: int = 60) -> list[Row]:
    history = RunHistory()
    history.add(Started(0.0, 100, 4, 9, "CPU"))
    history.add_all([Epoch(1.0, n, {"loss": 1 / n}, 0.1, 0.1) for n in range(1, 81)])
    history.add_all(told)
    plots = Plots()
    plots.draw([plot_of_run(history, "loss", 100, over=False)], (width, 12), glyphs)
    return plots.rows(cursor, glyphs)


@pytest.mark.parametrize("glyphs", [UNICODE, BLOCKS, ASCII])
def test_it_has_a_sign_at_its_epoch_and_its_words_beside(glyphs: Glyphs) -> None:
    blank = drawn(glyphs)
    rows = drawn(glyphs, Advised(2.0, 40, DEAD))
    axis = rows[-2]
    (column,) = (at for at, cell in enumerate(axis) if cell != blank[-2][at])
    assert axis[column] == (glyphs.warning, "warning")
    assert column == text_of(rows[-1]).index("40") + 1  # the middle of the label
    words = f"{glyphs.warning} 90% of the ReLUs of layer 2 are off"
    assert sum(words in text_of(row) for row in rows) == 1
    # Curves stay as they are.
    for before, after in zip(blank, rows, strict=True):
        for old, new in zip(before, after, strict=True):
            assert new == old or old[0] in (" ", glyphs.horizontal, glyphs.tick_below)


def test_the_worst_of_an_epoch_is_seen_and_words_give_way_to_curves() -> None:
    worse = finding("loss-is-no-number", Severity.ERROR, "the loss is no number since epoch 40")
    info = finding("overfitting", Severity.INFO, "validation is best at epoch 3")
    told = [Advised(2.0, 40, info), Advised(2.0, 40, worse), Advised(2.0, 40, DEAD)]
    rows = drawn(UNICODE, *told)
    assert (UNICODE.cross, "bad") in rows[-2]
    assert (UNICODE.warning, "warning") not in rows[-2]
    text = "\n".join(map(text_of, rows))
    assert "✗ the loss is no number since epoch 40" in text
    assert "○ overfitting" in text
    ascii_rows = "\n".join(map(text_of, drawn(ASCII, *told)))
    assert "! the loss is no number since epoch 40" in ascii_rows
    assert "i overfitting" in ascii_rows
    narrow = "\n".join(map(text_of, drawn(UNICODE, *told, width=36)))
    assert "✗ loss is no number" in narrow
    assert "since epoch" not in narrow


def test_under_the_cursor_the_legend_says_it() -> None:
    told = Advised(2.0, 40, DEAD)
    assert "layer 2" not in text_of(drawn(UNICODE, told, cursor=60)[0])
    assert "epoch 40  ▲ 90% of the ReLUs of layer 2" in text_of(drawn(UNICODE, told, cursor=40)[0])


def test_what_holds_no_more_or_lies_outside_has_no_sign() -> None:
    blank = drawn(UNICODE)
    assert drawn(UNICODE, Advised(2.0, 4_000, DEAD)) == blank
    assert drawn(UNICODE, Advised(2.0, 40, DEAD), Advised(3.0, 60, DEAD, holds=False)) == blank
