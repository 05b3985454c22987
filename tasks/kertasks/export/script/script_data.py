"""A task's data as a few lines of plain Python."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScriptData:
    """How a script gets the data that ``Task.load`` gives, without kertasks.

    The arrays hold the same rows in the same order; floats may differ in their last bit.
    """

    code: str
    """Statements that define ``x_train`` and ``y_train``, and ``x_val``, ``y_val``,
    ``x_test`` and ``y_test`` where the data has them. They find ``keras``, ``np`` and ``SEED``."""

    imports: tuple[str, ...] = ()
    """Whole import statements for what else the code uses."""

    has_validation: bool = False
    has_test: bool = False
    target_scale: str | None = None
    """The variable that holds the target's standard deviation, where the target is scaled."""


MULTI_HOT = '''

def multi_hot(texts):
    """Give a row for each text, with a 1 for every word that occurs in it."""
    # A byte a cell: as float32 the rows would take four times the memory.
    rows = np.zeros((len(texts), WORDS), dtype="uint8")
    for row, words in zip(rows, texts):
        row[words] = 1
    return rows

'''
"""A function of the texts' word numbers; it finds ``np`` and ``WORDS``."""
