from __future__ import annotations

from pathlib import Path

from tests.support.live_app import LiveApp, newswires, record
from tests.support.piloting import shown, until
from textual.screen import ModalScreen
from textual.widgets import Static

from kertui.live.pane import LivePane
from kertui.live.tabs.log import LogTab, read_tail


def test_a_log_is_read_from_its_end_and_from_the_start_of_a_line(tmp_path: Path) -> None:
    log = tmp_path / "trainer.log"
    log.write_text("".join(f"line {number}\n" for number in range(1000)))
    text = read_tail(log, 100)
    assert text.startswith("(")
    assert text.splitlines()[1].startswith("line ")
    assert text.endswith("line 999")
    assert read_tail(log).startswith("line 0\n")


def test_a_line_that_was_written_over_stands_as_it_was_left(tmp_path: Path) -> None:
    log = tmp_path / "trainer.log"
    bars = "".join(f"\r\b\b\b\b\x1b[K{done:3} %" for done in range(101))
    log.write_text(f"\x1b[1mdigits\x1b[0m\r\n{bars}\nloss 0.6\b5\r\n")
    assert read_tail(log).splitlines() == ["digits", "100 %", "loss 0.5"]
    assert read_tail(log, 60).splitlines()[1:] == ["100 %", "loss 0.5"]
    log.write_text(bars)  # as it grows
    assert read_tail(log, 60).splitlines()[1:] == ["100 %"]


def test_no_log_is_a_sentence(tmp_path: Path) -> None:
    assert read_tail(tmp_path / "trainer.log") == "The trainer has not printed anything."
    (tmp_path / "trainer.log").write_bytes(b"")
    assert "not printed anything" in read_tail(tmp_path / "trainer.log")
    assert "cannot be read" in read_tail(tmp_path)


async def test_the_log_takes_the_tab_is_followed_and_closes(tmp_path: Path) -> None:
    run = record(tmp_path / "run", newswires(3))
    log = run.log_path
    log.write_text("ValueError: [a network] that \x1b[31mwas\x1b[0m not one\n")
    app = LiveApp()
    async with app.run_test(size=(80, 24)) as pilot:
        pane, tab = app.query_one(LivePane), app.query_one(LogTab)
        pane.follow(run)
        await pilot.press("l")

        def said() -> str:
            return str(tab.query_one(Static).content) if tab.display else ""

        await until(pilot, lambda: "[a network]" in said())
        log.write_text("more\n")
        await until(pilot, lambda: said() == "more")
        await pilot.press("escape")
        await until(pilot, lambda: pane.shown is not tab and not tab.display)
        await pilot.press("l")
        assert tab.display
        await pilot.press("l")
        assert not tab.display


async def test_a_log_is_followed_at_its_end_and_left_where_it_is_read(tmp_path: Path) -> None:
    run = record(tmp_path / "run", newswires(3))
    run.log_path.write_text("".join(f"line {number}\n" for number in range(100)))
    app = LiveApp()
    async with app.run_test(size=(80, 24)) as pilot:
        pane, tab = app.query_one(LivePane), app.query_one(LogTab)
        pane.follow(run)
        await pilot.press("l")
        await until(pilot, lambda: "line 99" in shown(app))
        await pilot.press("home")
        await until(pilot, lambda: tab.scroll_y == 0)
        with run.log_path.open("a") as file:
            file.write("line 100\n")
        await until(pilot, lambda: "line 100" in str(tab.query_one(Static).content))
        assert tab.scroll_y == 0
        assert "line 0" in shown(app)


async def test_the_end_of_a_log_is_kept_in_sight_under_a_dialog_and_in_fewer_rows(
    tmp_path: Path,
) -> None:
    run = record(tmp_path / "run", newswires(3))
    run.log_path.write_text("".join(f"line {number}\n" for number in range(100)))
    app = LiveApp()
    async with app.run_test(size=(80, 24)) as pilot:
        pane, tab = app.query_one(LivePane), app.query_one(LogTab)
        pane.follow(run)
        await pilot.press("l", "right")
        await until(pilot, lambda: "line 99" in shown(app))
        await pilot.resize_terminal(60, 16)
        await until(pilot, lambda: "line 99" in shown(app))
        await app.push_screen(ModalScreen())
        with run.log_path.open("a") as file:
            file.write("line 100\n" + 80 * "x")
        await until(pilot, lambda: "line 100" in str(tab.query_one(Static).content))
        app.pop_screen()
        await until(pilot, lambda: "\nxxx" in shown(app))
        await pilot.press("right")
        await until(pilot, lambda: tab.scroll_x == 1)
        with run.log_path.open("a") as file:
            file.write("\nthe last line\n")
        await until(pilot, lambda: "\nhe last line" in shown(app))
