from __future__ import annotations

from pathlib import Path

from tests.support.live_app import LiveApp
from tests.support.piloting import until
from textual.widgets import Static

from kertui.live.tabs.log import LogScreen, read_tail


def test_a_log_is_read_from_its_end_and_from_the_start_of_a_line(tmp_path: Path) -> None:
    log = tmp_path / "trainer.log"
    log.write_text("".join(f"line {number}\n" for number in range(1000)))
    text = read_tail(log, 100)
    assert text.startswith("(")
    assert text.splitlines()[1].startswith("line ")
    assert text.endswith("line 999")
    assert read_tail(log).startswith("line 0\n")


def test_no_log_is_a_sentence(tmp_path: Path) -> None:
    assert read_tail(tmp_path / "trainer.log") == "The trainer has not printed anything."
    (tmp_path / "trainer.log").write_bytes(b"")
    assert "not printed anything" in read_tail(tmp_path / "trainer.log")
    assert "cannot be read" in read_tail(tmp_path)


async def test_the_log_opens_over_the_screen_reads_again_and_closes(tmp_path: Path) -> None:
    log = tmp_path / "trainer.log"
    log.write_text("ValueError: [a network] that \x1b[31mwas\x1b[0m not one\n")
    app = LiveApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = LogScreen(log)
        app.push_screen(screen)

        def shown() -> str:
            return str(screen.query_one(Static).content) if screen.is_mounted else ""

        await until(pilot, lambda: "[a network]" in shown())
        log.write_text("more\n")
        await pilot.press("r")
        await until(pilot, lambda: shown() == "more")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not screen)
