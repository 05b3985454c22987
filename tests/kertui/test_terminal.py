from __future__ import annotations

import pytest

from kertui.glyphs import ASCII, UNICODE
from kertui.terminal import Capabilities, detect, is_utf8_locale, prepare_environment


@pytest.mark.parametrize(
    ("environ", "utf8"),
    [
        ({"LANG": "de_DE.UTF-8"}, True),
        ({"LANG": "C.utf8"}, True),
        ({"LANG": "C"}, False),
        ({}, False),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "C", "LC_CTYPE": "en_US.UTF-8"}, True),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": ""}, True),
        ({"LANG": "en_GB.ISO-8859-1"}, False),
    ],
)
def test_the_locale_is_utf8_by_the_variable_that_decides(
    environ: dict[str, str], utf8: bool
) -> None:
    assert is_utf8_locale(environ) is utf8
    assert detect(environ=environ).ascii is not utf8


def test_ascii_can_be_asked_for() -> None:
    assert detect(ascii=True, environ={"LANG": "C.UTF-8"}).ascii


@pytest.mark.parametrize(("value", "colour"), [("1", False), ("", True)])
def test_no_color_counts_when_it_is_not_empty(value: str, colour: bool) -> None:
    assert detect(environ={"NO_COLOR": value}).colour is colour


def test_over_ssh_textual_gets_no_animation_and_fewer_frames() -> None:
    environ = {"SSH_CONNECTION": "1 2 3 4", "TEXTUAL_FPS": "30"}
    prepare_environment(detect(environ=environ), environ)
    assert environ["TEXTUAL_ANIMATIONS"] == "none"
    assert environ["TEXTUAL_FPS"] == "30"


def test_at_home_nothing_is_set() -> None:
    environ = {"NO_COLOR": ""}
    prepare_environment(Capabilities(), environ)
    assert environ == {}


def test_the_ascii_signs_are_ascii() -> None:
    for name in ASCII.__slots__:
        value = getattr(ASCII, name)
        if isinstance(value, str | tuple):
            assert all(sign.isascii() for sign in value), name
    assert not UNICODE.cursor.isascii()
