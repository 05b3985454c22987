"""Fuzzy search over the classes Keras offers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kertasks.keras_catalog.catalog import ClassInfo

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+[A-Z]?")


@dataclass(frozen=True, slots=True)
class Found:
    """A class with where the query's letters are in its name."""

    info: ClassInfo
    letters: tuple[int, ...]
    """Places in the name to highlight; empty where something else matched."""


def search(query: str, classes: Iterable[ClassInfo]) -> list[Found]:
    """The classes that fit, best first; all of them, in their order, for an empty query.

    Every word of the query must be found: in the name (from its start, from a word in it,
    in one piece, or as letters in order), among the identifiers, in the topic or the summary.
    """
    words = query.casefold().split()
    if not words:
        return [Found(info, ()) for info in classes]
    scored: list[tuple[float, int, Found]] = []
    for place, info in enumerate(classes):
        total, letters = 0.0, set[int]()
        for word in words:
            score, where = _score(word, info)
            if not score:
                break
            total += score
            letters.update(where)
        else:
            # Among equals the shorter name is the plainer class.
            scored.append(
                (len(info.name) / 100 - total, place, Found(info, tuple(sorted(letters))))
            )
    return [found for *_, found in sorted(scored, key=lambda entry: entry[:2])]


def _score(word: str, info: ClassInfo) -> tuple[float, tuple[int, ...]]:
    name = info.name.casefold()
    if name == word:
        return 10.0, tuple(range(len(word)))
    if name.startswith(word):
        return 8.0, tuple(range(len(word)))
    if word in (identifier.casefold() for identifier in info.identifiers):
        return 7.5, ()
    starts = [match.start() for match in _WORDS.finditer(info.name)]
    initials = "".join(name[start] for start in starts)
    if word in initials:
        first = initials.index(word)
        return 7.0, tuple(starts[first : first + len(word)])
    for start in starts:
        if name.startswith(word, start):
            return 6.0, tuple(range(start, start + len(word)))
    if word in name:
        first = name.index(word)
        return 5.0, tuple(range(first, first + len(word)))
    if in_summary := _in_text(word, info):
        return in_summary, ()
    letters = _in_order(word, name)
    if letters and letters[0] in starts:
        spread = letters[-1] - letters[0] + 1 - len(letters)
        return max(0.2, 2.0 - spread / 10), letters
    return 0.0, ()


def _in_text(word: str, info: ClassInfo) -> float:
    """Words of the topic or the summary that begin with the query's word."""
    if info.topic.casefold().startswith(word):
        return 4.0
    if len(word) >= 3 and re.search(rf"\b{re.escape(word)}", info.summary.casefold()):
        return 3.0
    return 0.0


def _in_order(word: str, name: str) -> tuple[int, ...]:
    places, start = [], 0
    for letter in word:
        place = name.find(letter, start)
        if place < 0:
            return ()
        places.append(place)
        start = place + 1
    return tuple(places)
