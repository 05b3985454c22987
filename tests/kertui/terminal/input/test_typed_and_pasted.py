"""Keys and pastes into the real program: in their order, and nothing lost in silence."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.run_folders import write_run
from tests.support.waiting import wait_until

from kertasks.keras_catalog.catalog import Catalog
from kertasks.runs.home.label import read_label
from kertasks.runs.home.store import RunStore

KERTUI = str(Path(sys.executable).with_name("kertui"))
FIRST_SCREEN = "type to filter"
F3 = "\x1bOR"

pytestmark = pytest.mark.terminal


def pasted(text: str) -> str:
    return f"\x1b[200~{text}\x1b[201~"


@pytest.fixture
def terminal_of(
    home: Path, tmp_path: Path, cache: Path, catalog: Catalog
) -> Callable[..., PseudoTerminal]:
    """Starts the program on a home with one run, where Keras's layers are known already."""
    del catalog  # is in the cache
    write_run(RunStore(home), "xor", "answer", epochs=3)

    def start() -> PseudoTerminal:
        environment = {
            "KERTUI_HOME": str(home),
            "KERTUI_CACHE": str(cache),
            "KERAS_HOME": str(tmp_path / "keras"),
        }
        return PseudoTerminal([KERTUI, "--no-spare"], environment=environment)

    return start


def test_keys_act_in_their_order_whatever_shares_a_read(
    terminal_of: Callable[..., PseudoTerminal],
) -> None:
    with terminal_of() as terminal:
        terminal.wait_for("1 run")
        terminal.send(F3 + "\ra")  # threads read the runs, and the one that is opened
        terminal.wait_for("Add a layer")
        terminal.send("\x1b\x1b\x1b")
        terminal.wait_for(FIRST_SCREEN)
        terminal.send("xor\ra")
        terminal.wait_for("Add a layer")
        terminal.send("dropout\r\x1b")  # adds it; from its form back to the layers
        terminal.wait_until(lambda text: "Dropout" in text and "Add a layer" not in text)
        terminal.send("uadense\x7f\x7fse\r\x1ba\x1b?")
        terminal.wait_for("Keys")
        terminal.send("\x1b")
        screen = terminal.wait_until(lambda text: "esc closes this" not in text)
        assert "Dropout" not in screen
        assert len(re.findall(r"^(?:   | ▸ )Dense ", screen, re.MULTILINE)) == 3


def test_a_paste_goes_where_one_types_and_is_no_command(
    terminal_of: Callable[..., PseudoTerminal], home: Path
) -> None:
    (run,) = RunStore(home).runs()
    with terminal_of() as terminal:
        terminal.wait_for("1 run")
        terminal.send(pasted("square\r  root\r\x1b[31m"))
        terminal.wait_for("square root▏")
        terminal.wait_for("1 control code left out")
        terminal.send("\x1b" + F3)
        terminal.wait_for("best loss")
        terminal.send(pasted("dddss\r"))  # would delete, and stop
        terminal.wait_for("There is no field here: 6 characters left out")
        terminal.send("delete and stop, not marked\rds\rds")
        terminal.wait_for("no field here: 33 characters")
        terminal.send("/" + pasted("xor\rfinished"))
        terminal.wait_for("xor finished")
        terminal.send("\r")
        terminal.send("e\t\t" + pasted("first line\r\n\x07second, with q and \x1b[31mred\rthird"))
        terminal.wait_for("third")
        terminal.send(pasted("\ra line that is lost " * 200))
        terminal.wait_for("no room for the last")
        terminal.send("\r")
        wait_until(lambda: read_label(run.path).note)
        terminal.send("q")
        assert terminal.wait_for_end() == 0
    note = read_label(run.path).note
    assert note.startswith("first line\nsecond, with q and red\nthird\na line that is lost\n")
    assert len(note) <= 2000
    assert run.path.is_dir()


def test_lines_that_nothing_marks_stay_lines_of_a_note(
    terminal_of: Callable[..., PseudoTerminal], home: Path
) -> None:
    (run,) = RunStore(home).runs()
    with terminal_of() as terminal:
        terminal.wait_for("1 run")
        terminal.send(F3 + "e\t\t")
        terminal.wait_for("keep")
        terminal.send("it learned slowly\rdelete the other one\rsee also 12")
        terminal.wait_for("see also 12")
        terminal.send("\r")
        wait_until(lambda: read_label(run.path).note)
        terminal.send("q")
        assert terminal.wait_for_end() == 0
    assert read_label(run.path).note == "it learned slowly\ndelete the other one\nsee also 12"
