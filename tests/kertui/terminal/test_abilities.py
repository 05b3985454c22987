"""What decides about colours and signs: all that names them together, and the terminal's word."""

from __future__ import annotations

import os

import pytest

from kertui.terminal.asking.questions import conclude, questions_for
from kertui.terminal.capabilities import Capabilities, Colours, Host, detect, prepare_environment
from kertui.terminal.glyphs import Marker

UTF8 = {"LC_ALL": "en_GB.UTF-8"}
TRUE, PALETTE, SIXTEEN = Colours.TRUE, Colours.PALETTE, Colours.SIXTEEN


@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, TRUE),
        ({"TERM": "xterm-256color"}, PALETTE),
        ({"TERM": "xterm"}, SIXTEEN),
        ({"TERM": "never-heard-of"}, SIXTEEN),
        ({"TERM": "never-heard-of", "COLORTERM": "24bit"}, TRUE),
        ({"TERM": "xterm-direct"}, TRUE),
        ({"TERM": "screen-256color", "STY": "1.pts", "COLORTERM": "truecolor"}, PALETTE),
        ({"TERM": "screen.xterm-256color", "COLORTERM": "truecolor"}, PALETTE),
        ({"TERM": "xterm-256color", "STY": "1.pts", "COLORTERM": "truecolor"}, PALETTE),
        ({"TERM": "screen", "STY": "1.pts"}, SIXTEEN),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/t,1,0", "COLORTERM": "truecolor"}, PALETTE),
        ({"TERM": "linux", "COLORTERM": "truecolor"}, SIXTEEN),
        (
            {"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal", "COLORTERM": "truecolor"},
            PALETTE,
        ),
        ({"TERM": "screen", "TEXTUAL_COLOR_SYSTEM": "truecolor"}, TRUE),
    ],
)
def test_no_variable_alone_decides_about_colours(environ: dict[str, str], colours: Colours) -> None:
    assert detect(environ=UTF8 | environ).colours is colours


def test_only_a_utf8_locale_has_more_than_ascii() -> None:
    for locale in ({"LC_ALL": "C"}, {"LC_ALL": "", "LANG": "de_DE.ISO-8859-1"}, {}):
        assert detect(environ={"TERM": "xterm", **locale}).marker is Marker.ASCII
    assert detect(environ={"TERM": "xterm", **UTF8}).marker is Marker.BRAILLE
    assert detect(environ={"TERM": "linux", **UTF8}).marker is Marker.BLOCKS


def test_what_a_person_chose_stands() -> None:
    chosen = detect(Marker.BRAILLE, environ={"TERM": "linux", "LC_ALL": "C"})
    assert chosen.marker is Marker.BRAILLE
    assert conclude(chosen, ["\x1b[1;7R"]).marker is Marker.BRAILLE
    assert not detect(environ={"NO_COLOR": "1", **UTF8}).colour


@pytest.mark.parametrize(
    ("answers", "colours"),
    [
        (["\x1bP1$r0;48:2::1:2:3m\x1b\\"], TRUE),
        (["\x1bP1$r48;2;1;2;3m\x1b\\"], TRUE),
        (["\x1bP1$r0;48;5;16m\x1b\\"], SIXTEEN),
        (["\x1bP0$r\x1b\\"], SIXTEEN),
        ([], SIXTEEN),
    ],
)
def test_the_terminal_says_whether_it_has_all_colours(answers: list[str], colours: Colours) -> None:
    known = Capabilities(colours=SIXTEEN)
    assert conclude(known, [*answers, "\x1b[?62c"]).colours is colours


def test_a_terminal_that_has_fewer_than_the_environment_says_gets_fewer() -> None:
    told = conclude(Capabilities(colours=TRUE), ["\x1bP1$r0;48;5;16m\x1b\\"])
    assert told.colours is PALETTE
    for kind, host in ((83, Host.SCREEN), (84, Host.TMUX)):
        told = conclude(Capabilities(colours=TRUE), [f"\x1b[>{kind};0;0c"])
        assert (told.host, told.colours) == (host, PALETTE)


@pytest.mark.parametrize(
    ("column", "ascii"),
    [(3, False), (4, True), (5, True), (7, True)],
    ids=["a cell each", "one is wide", "both are wide", "not UTF-8"],
)
def test_signs_that_are_not_a_cell_wide_are_not_used(column: int, ascii: bool) -> None:
    assert conclude(Capabilities(), [f"\x1b[1;{column}R"]).ascii is ascii


def test_nothing_is_asked_that_would_be_shown() -> None:
    for host in (Host.SCREEN, Host.CONSOLE, Host.TMUX):
        assert "\x1bP" not in questions_for(Capabilities(host=host))
    assert questions_for(Capabilities(ascii=True, colour=False)).isascii()
    assert questions_for(Capabilities()).endswith("\x1b[c")


def test_what_the_person_set_for_textual_is_left_alone() -> None:
    environ = {"TEXTUAL_FPS": "30", "NO_COLOR": ""}
    prepare_environment(Capabilities(over_ssh=True), environ)
    assert environ["TEXTUAL_FPS"] == "30"
    assert environ["TEXTUAL_ANIMATIONS"] == "none"
    assert "NO_COLOR" not in environ
    assert "NO_COLOR" not in os.environ
