"""One fold of a cross-validation, as a recipe names it. Imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass

MOST_FOLDS = 1_000
"""Folds that a recipe may ask for; leaving one row out of more is no study of a network."""

MOST_REPEATS = 1_000


@dataclass(frozen=True, slots=True)
class Fold:
    """Which part of the training rows is held out."""

    number: int
    """From 1."""

    folds: int
    """Into how many parts they are divided, at least 2."""

    repeat: int = 1
    """From 1; each divides them in another way."""

    def __str__(self) -> str:
        words = f"fold {self.number}/{self.folds}"
        return words if self.repeat == 1 else f"{words}, repeat {self.repeat}"


def all_folds(folds: int, repeats: int = 1) -> tuple[Fold, ...]:
    """Every fold, a repeat after the other."""
    return tuple(
        Fold(number, folds, repeat)
        for repeat in range(1, repeats + 1)
        for number in range(1, folds + 1)
    )
