"""Tells a person who looks elsewhere: by the terminal's bell, and by a notice of its window.

The bell always goes through. A notice is OSC 9 (iTerm2, Windows Terminal, kitty, WezTerm, Ghostty)
or OSC 777 (urxvt, foot, terminals of VTE); where the environment does not say which it knows, both
are sent, and a terminal passes over what it does not know. GNU screen hands on what is wrapped for
it, tmux too where its ``allow-passthrough`` is on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kertasks.text.plain_text import one_line
from kertui.terminal.capabilities import Capabilities, Host
from kertui.terminal.folding import to_ascii

BELL = "\x07"

_LONGEST = 120
"""Characters of a notice: GNU screen hands on 768 bytes, and windows show no more."""

_KNOW_9 = ("iTerm.app", "iTerm2", "WezTerm", "ghostty")
"""What ``TERM_PROGRAM`` or ``LC_TERMINAL`` may say."""

_TERMS_9 = ("xterm-kitty", "xterm-ghostty", "ghostty", "wezterm")
_TERMS_777 = ("rxvt", "foot")


def notice(text: str, capabilities: Capabilities, environ: Mapping[str, str]) -> str:
    """What is written to a terminal to ring its bell and have its window show a text.

    Args:
        text: of any kind; control codes are left out, and what is not ASCII where the terminal
            shows ASCII alone.
        capabilities: of the terminal.
        environ: the environment, which may say which terminal it is.
    """
    if capabilities.host is Host.CONSOLE or environ.get("TERM") == "dumb":
        return BELL  # there is no window, and the codes might be shown
    shown = one_line(text, _LONGEST).replace(";", ",")
    if capabilities.ascii:
        shown = to_ascii(shown)
    return BELL + "".join(_wrapped(one, capabilities.host) for one in _notices(shown, environ))


def _notices(text: str, environ: Mapping[str, str]) -> Iterator[str]:
    term = environ.get("TERM", "")
    names = {environ.get("TERM_PROGRAM"), environ.get("LC_TERMINAL")}
    marks = ("WT_SESSION", "KITTY_WINDOW_ID", "ConEmuPID")
    knows_9 = (
        not names.isdisjoint(_KNOW_9)
        or term.startswith(_TERMS_9)
        or any(environ.get(mark) for mark in marks)
    )
    knows_777 = term.startswith(_TERMS_777) or bool(environ.get("VTE_VERSION"))
    # Not a digit first: some take OSC 9 with a number for something else.
    if knows_9 or not knows_777:
        yield f"\x1b]9;kertui: {text}\x07"
    if knows_777 or not knows_9:
        yield f"\x1b]777;notify;kertui;{text}\x07"


def _wrapped(sequence: str, host: Host) -> str:
    """The sequence as what is between us and the window hands it on."""
    if host is Host.TMUX:
        doubled = sequence.replace("\x1b", "\x1b\x1b")
        return f"\x1bPtmux;{doubled}\x1b\\"
    if host is Host.SCREEN:
        return f"\x1bP{sequence}\x1b\\"
    return sequence
