"""What a terminal sends, cut into keys, pasted text and answers to questions. Pure.

Textual's own parser reads one key sequence well, but types what it does not know: an answer that
comes late, a report of a newer terminal and the codes within pasted text would act as keys.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

_BEGIN_PASTE: Final = "\x1b[200~"
_END_PASTE: Final = "\x1b[201~"

MOST_PASTED: Final = 100_000
"""Characters of one paste that are kept; what comes after is counted, so that a paste of any
length takes no more memory than these."""

FEWEST_PASTED: Final = 24
"""Characters that arrive at once and are taken for a paste where the terminal marks none. A person
types that many in four seconds or more, so only a line that stood still holds up as many keys.

Fewer are keys, Enter among them: nothing tells a short text that was pasted from what was typed
ahead of a slow line, ``dense`` and Enter, and that must act. What such keys do to a run, a person
can take back: it is in the bin. Terminals that mark a paste leave nothing to guess."""

_SEQUENCE = re.compile(
    r"\x1b(?:"
    r"\[M[^\x1b]{3}"  # an old report of the mouse
    r"|\[\[[A-E]"  # function keys of Linux's console
    r"|\[[0-?]*[ -/]*[@-~]"  # CSI: most keys, the mouse, answers
    r"|O[1-9]?(?:;\d)?[A-Za-y]"  # SS3: function keys and the keypad
    r"|\][0-9][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC
    r"|(?:P[0-9;]*[>$+!|]|_G|\^|X)[^\x1b]*\x1b\\"  # strings: DCS, APC, PM, SOS
    r"|[\x08\x7f]"  # Alt and Backspace
    r")"
)
_BEGINNING = re.compile(
    r"\x1b(?:"
    r"\[M[^\x1b]{0,2}"
    r"|\[\["
    r"|\[[0-?]*[ -/]*"
    r"|O[1-9]?(?:;\d?)?"
    r"|\](?:[0-9][^\x07\x1b]*\x1b?)?"
    r"|(?:P[0-9;]*[>$+!|][^\x1b]*|[P_^X][0-9;]*|_G[^\x1b]*)\x1b?"
    r")?\Z"
)
"""A sequence whose rest may still come."""

_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Control characters that are in no text."""

_ANSWER = re.compile(r"\x1b(?:\[[?>=][\d;]*c|P.*|\].*|[_^X].*|\[\?\d+(?:;\d+)*n)", re.DOTALL)
"""What is only ever said in answer to a question, or told unasked; no key."""

_PLACE = re.compile(r"\x1b\[\d+;\d+R")
"""Where the cursor is; F3 with Shift, Alt or Control looks the same."""


@dataclass(frozen=True, slots=True)
class Keys:
    """One key, click or report, for Textual's parser: a character or a whole sequence."""

    sequence: str


@dataclass(frozen=True, slots=True)
class Pasted:
    """A pasted text, as it came."""

    text: str
    left_out: int = 0
    """Characters after those, of which there were too many."""

    marked: bool = True
    """Whether the terminal said that it is one, rather than how fast it came."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the terminal says of itself."""

    sequence: str


Arrival: TypeAlias = Keys | Pasted | Answer


class Incoming:
    """Takes what was read, piece by piece, and gives it out as it is understood."""

    def __init__(self) -> None:
        self.asked = False
        """Whether an answer on where the cursor is, is awaited."""

        self._held = ""
        """The beginning of a sequence."""

        self._paste: list[str] | None = None
        """What came of a paste so far; None outside of one."""

        self._marked = False
        self._length = 0
        """Characters of the paste so far, kept or not."""

    @property
    def pasting(self) -> bool:
        """Whether the end of a paste is awaited."""
        return self._paste is not None

    @property
    def waiting(self) -> bool:
        """Whether it must be told, by ``pause`` or ``stall``, when nothing more comes."""
        return self.pasting or bool(self._held)

    def feed(self, text: str) -> list[Arrival]:
        """Take what was read at once."""
        if not self.pasting and not self._held and came_at_once(text):
            self._begin(marked=False)
        return self._cut(text)

    def pause(self) -> list[Arrival]:
        """Nothing came for a twentieth of a second: what may stand alone does."""
        if self.pasting and not self._marked:
            return self.stall()
        if self.pasting or len(self._held) > 2:
            return []  # the rest of a sequence is held up on its way
        held, self._held = self._held, ""
        return [Keys(character) for character in held]

    def stall(self) -> list[Arrival]:
        """Nothing came for seconds: the end of a paste, or the rest of a sequence, is lost."""
        held, self._held = self._held, ""
        if not self.pasting:
            return []
        self._keep(held)
        return [self._end()]

    def _cut(self, text: str) -> list[Arrival]:
        found: list[Arrival] = []
        text, self._held = self._held + text, ""
        at = 0
        while at < len(text):
            if self.pasting:
                at = self._take_pasted(text, at, found)
            elif text[at] != "\x1b":
                found.append(Keys(text[at]))
                at += 1
            elif match := _SEQUENCE.match(text, at):
                at = match.end()
                if match[0] == _BEGIN_PASTE:
                    self._begin(marked=True)
                elif match[0] != _END_PASTE:
                    found.append(self._of(match[0]))
            elif _BEGINNING.match(text, at):
                self._held = text[at:]
                break
            else:
                found.append(Keys("\x1b"))
                at += 1
        return found

    def _of(self, sequence: str) -> Arrival:
        if _ANSWER.fullmatch(sequence):
            return Answer(sequence)
        if self.asked and _PLACE.fullmatch(sequence):
            self.asked = False
            return Answer(sequence)
        return Keys(sequence)

    def _begin(self, *, marked: bool) -> None:
        self._paste, self._marked, self._length = [], marked, 0

    def _take_pasted(self, text: str, at: int, found: list[Arrival]) -> int:
        """Take what is pasted from a place on; returns where that ends."""
        mark = _END_PASTE if self._marked else _BEGIN_PASTE
        end = text.find(mark, at)
        if end < 0:
            end = len(text) - _begun(mark, text[at:])
            self._keep(text[at:end])
            self._held = text[end:]
            return len(text)
        self._keep(text[at:end])
        found.append(self._end())
        return end + len(mark) if self._marked else end

    def _keep(self, text: str) -> None:
        assert self._paste is not None  # noqa: S101 (only called within a paste)
        room = max(0, MOST_PASTED - self._length)
        if room:
            self._paste.append(text[:room])
        self._length += len(text)

    def _end(self) -> Pasted:
        kept = "".join(self._paste or ())
        self._paste = None
        return Pasted(kept, self._length - len(kept), self._marked)


def _begun(mark: str, text: str) -> int:
    """How many characters of the mark the text ends with, fewer than all."""
    return next((n for n in range(len(mark) - 1, 0, -1) if text.endswith(mark[:n])), 0)


def came_at_once(text: str) -> bool:
    """Whether so much text in one read is a paste that nothing marks, and not keys.

    Line feeds are no keys of a keyboard in a terminal, which sends carriage returns; one character
    again and again is a key that is held down.
    """
    if _BEGIN_PASTE in text:
        return False
    if "\n" in text and text.strip("\n") and "\x1b" not in text:
        return True
    plain = _NO_TEXT.sub("", _SEQUENCE.sub("", text))
    return len(plain) >= FEWEST_PASTED and len(set(plain)) > 1
