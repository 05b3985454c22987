"""Which changes of the learning rate are marked, on the plots and in the table."""

from __future__ import annotations

from kertasks.runs.history import RunHistory

_FEW = 8
_EPOCHS_APART = 4


def marked_changes(history: RunHistory) -> list[int]:
    """The epochs, from 1, that are the first trained with another learning rate.

    None where it follows a schedule: a mark at every epoch would say nothing.
    """
    changes = history.learning_rate_changes
    if len(changes) > _FEW and len(changes) * _EPOCHS_APART > history.epochs:
        return []
    return sorted({change.epoch for change in changes})
