"""Films a story of ``kertui demo``: the real program in a pseudo-terminal, nothing staged.

Writes ``film-STORY.cast`` (asciicast v2, for ``asciinema play``) and ``film-STORY.svg`` beside
this file.
"""

from __future__ import annotations

import codecs
import json
import sys
import tempfile
import time
from pathlib import Path

from screenshots.animated_svg import Row, Screen, animated_svg
from tests.support.pseudo_terminal import PseudoTerminal

from kertui.demo.story import find_story

COLUMNS, ROWS = 80, 24
MOST_BYTES = 2_000_000
"""Of the animated picture, which every reader of the README gets."""

_FRAMES = 3.0
"""Pictures a second at most."""

_LONGEST = 4.0
"""Seconds that a picture stands at most: where nothing moves, nobody waits."""

_LAST = 5.0
"""Seconds that the last picture stands before the film begins anew."""


def film(name: str, folder: Path) -> None:
    """Record a story at a speaker's pace, and write both files.

    Raises:
        SystemExit: there is no such story, it was not played to its end, or the picture is too big.
    """
    story = find_story(name)
    last = " ".join(story.steps[-1].caption.split()[:5])
    events: list[tuple[float, str]] = []
    screens: list[Screen] = []
    with tempfile.TemporaryDirectory(prefix="kertui-film-") as home:
        # The cache is the person's own: what Keras has is not read anew before an audience.
        environment = {"KERTUI_HOME": home, "COLORTERM": "truecolor"}
        command = [str(Path(sys.executable).with_name("kertui")), "demo", name]
        with PseudoTerminal(
            command, columns=COLUMNS, rows=ROWS, environment=environment
        ) as terminal:
            _record(terminal, last, events, screens)
            terminal.process.terminate()  # its home goes with it
            terminal.wait_for_end()
    if "ends at step" in "".join(text for _, text in events[-50:]):
        sys.exit(f"{name} was not played to its end")
    head = {"version": 2, "width": COLUMNS, "height": ROWS, "timestamp": int(time.time()),
            "idle_time_limit": _LONGEST, "title": f"kertui demo {name}",
            "env": {"TERM": "xterm-256color"}}  # fmt: skip
    lines = [head, *([round(at, 3), "o", text] for at, text in events)]
    path = folder / f"film-{name}"
    path.with_suffix(".cast").write_text(
        "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), encoding="utf-8"
    )
    svg = animated_svg(screens)
    path.with_suffix(".svg").write_text(svg, encoding="utf-8")
    size, seconds = len(svg.encode()), sum(screen.seconds for screen in screens)
    print(f"{path.name}.svg: {len(screens)} pictures, {seconds:.0f} s, {size / 1000:.0f} kB")
    if size > MOST_BYTES:
        sys.exit(f"more than {MOST_BYTES / 1000:.0f} kB")


def _record(
    terminal: PseudoTerminal, last: str, events: list[tuple[float, str]], screens: list[Screen]
) -> None:
    """Take in what the program sends until its last caption has stood for a moment."""
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    began = shown_at = time.monotonic()
    before = None
    over_at = None
    while over_at is None or time.monotonic() < over_at:
        taken = len(terminal.raw)
        terminal.read(0.02)
        now = time.monotonic()
        if text := decode(bytes(terminal.raw[taken:])):
            events.append((now - began, text))
        if now - shown_at >= 1 / _FRAMES:
            rows = _rows(terminal)
            if rows != before:
                if before is not None:
                    screens.append(Screen(before, min(_LONGEST, now - shown_at)))
                before, shown_at = rows, now
        if over_at is None and (last in terminal.text or "ends at step" in terminal.text):
            over_at = now + 1.5
        if terminal.process.poll() is not None:
            sys.exit(f"the program ended:\n{terminal.text}")
    if before is not None:
        screens.append(Screen(_rows(terminal), _LAST))


def _rows(terminal: PseudoTerminal) -> tuple[Row, ...]:
    buffer = terminal.screen.buffer
    return tuple(tuple(buffer[y][x] for x in range(COLUMNS)) for y in range(ROWS))
