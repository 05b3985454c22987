"""The table of runs with names of wide, marked and joined characters: in a pipe, on a screen, and
in a terminal that counts their cells otherwise than Rich does."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.recorded_service import RecordedService
from tests.support.run_folders import NOON, write_run
from tests.support.runs_app import opened_runs
from tests.support.wide_names import NAMES

from kertasks.runs.home.label import Label, make_label, read_label, write_label
from kertasks.runs.home.store import RunStore
from kertui.cli.main import run
from kertui.plotting.strips import cells, text_of
from kertui.runs.run_columns import GAP, columns_for
from kertui.runs.run_table import _HEAD, _MARKS

EPOCHS = 1234


def fill(store: RunStore) -> None:
    for number, name in enumerate(NAMES):
        folder = write_run(
            store, "xor", "answer", epochs=EPOCHS, began=NOON - number, seed=number, end="stopped"
        )
        write_label(folder.path, Label(name))


def places(width: int) -> dict[str, slice]:
    """Where each column of the screen's table stands."""
    found = {}
    at = _MARKS
    for column, room in columns_for(width - _MARKS - 1):
        found[column.title] = slice(at, at + room)
        at += room + GAP
    return found


def test_in_a_pipe_every_column_is_straight_and_every_name_whole(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(RunStore(home))
    assert run(["runs"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    rows = [cells(line) for line in lines]
    recipe = head.index("recipe")
    epochs = head.index("epochs") + len("epochs")
    names = slice(recipe, recipe + max(map(cell_len, NAMES)))
    assert [text_of(row[names]).rstrip() for row in rows] == list(NAMES)
    assert {text_of(row[epochs - 6 : epochs]) for row in rows} == {" 1 234"}
    last = head.rindex("run")
    assert all(row[last - 1][0] == " " != row[last][0] for row in rows)


@pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=str)
@pytest.mark.parametrize("ascii", [False, True], ids=["unicode", "ascii"])
async def test_on_a_screen_every_column_is_straight(
    service: RecordedService, size: tuple[int, int], ascii: bool
) -> None:
    fill(service.store)
    async with opened_runs(service, size, ascii=ascii) as runs:
        width, height = runs.table.size
        strips = runs.screen._compositor.render_strips()
        top = runs.table.region.y
        drawn = [cells("".join(one.text for one in strip)) for strip in strips]
        rows = drawn[top + _HEAD : top + min(height, _HEAD + len(NAMES))]
        assert all(len(row) == width for row in rows)
        for title, texts in (("epochs", {"1 234"}), ("task", {"xor"}), ("state", {"stopped"})):
            assert {text_of(row[places(width)[title]]).strip() for row in rows} == texts
        if not ascii:
            shown = [text_of(row[places(width)["recipe"]]) for row in rows]
            for name, text in zip(NAMES, shown, strict=False):
                assert text.startswith((name, name[: text.find("…")]))


@pytest.mark.terminal
def test_in_a_terminal_that_counts_each_code_point_every_column_is_straight(home: Path) -> None:
    fill(RunStore(home))
    command = [sys.executable, "-m", "kertui", "--no-spare"]
    environment = {"KERTUI_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    with PseudoTerminal(command, environment=environment) as terminal:
        terminal.wait_for("threshold")
        terminal.send("R")
        epochs = range(*places(120)["epochs"].indices(120))

        def is_straight(y: int) -> bool:
            shown = "".join(terminal.screen.buffer[y][x].data for x in epochs)
            return shown.strip() == "1 234"

        def all_straight(_screen: str) -> bool:  # false of a frame of which a part is here
            lines = terminal.screen.display
            rows = [y for y, line in enumerate(lines) if "stopped   xor" in line]
            return len(rows) > 10 and all(map(is_straight, rows))

        terminal.wait_until(all_straight)


@pytest.mark.terminal
def test_what_is_printed_in_such_a_terminal_is_straight_too(home: Path) -> None:
    fill(RunStore(home))
    command = [sys.executable, "-m", "kertui", "runs"]
    environment = {"KERTUI_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    with PseudoTerminal(command, environment=environment) as terminal:
        assert terminal.wait_for_end() == 0
        epochs = terminal.screen.display[0].index("epochs") + len("epochs")
        for y in range(1, 1 + len(NAMES)):
            shown = "".join(terminal.screen.buffer[y][x].data for x in range(epochs - 6, epochs))
            assert shown == " 1 234", terminal.text


def test_a_name_is_kept_as_it_was_typed(tmp_path: Path) -> None:
    for name in NAMES:
        write_label(tmp_path, make_label(name, "", f"{name} noted"))
        label = read_label(tmp_path)
        assert (label.name, label.note) == (name, f"{name} noted")
        assert name in (tmp_path / "label.json").read_text()
