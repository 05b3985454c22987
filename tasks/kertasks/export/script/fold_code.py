"""The lines of a script that hold out one fold of the training rows, as
``kertasks.data.folds.folding`` does."""

from __future__ import annotations

from kertasks.data.folds.fold import Fold
from kertasks.kinds import TaskKind


def fold_imports(kind: TaskKind) -> tuple[str, ...]:
    """What the lines need imported."""
    return (f"from sklearn.model_selection import {_divider(kind)}",)


def fold_lines(fold: Fold, kind: TaskKind, *, validates: bool) -> list[str]:
    """The lines, after those that define ``x_train`` and ``y_train`` in their own units.

    Args:
        fold: which is held out.
        kind: of the task; each class is in every fold in its share.
        validates: whether there are ``x_val`` and ``y_val``, whose rows are divided too.
    """
    lines = [
        "",
        f"# {str(fold).capitalize()} is held out for validation; the others are trained on.",
    ]
    if validates:
        lines += [
            "x_train = np.concatenate([x_train, x_val])",
            "y_train = np.concatenate([y_train, y_val])",
        ]
    labels = "y_train"
    if kind is TaskKind.MULTICLASS:
        lines.append("classes = y_train.argmax(axis=1) if y_train.ndim > 1 else y_train")
        labels = "classes"
    return [
        *lines,
        f"draw = np.random.RandomState([SEED, {fold.repeat}])",
        f"folds = {_divider(kind)}({fold.folds}, shuffle=True, random_state=draw)",
        f"rows, held_out = list(folds.split(y_train, {labels}))[{fold.number - 1}]",
        "x_train, x_val = x_train[rows], x_train[held_out]",
        "y_train, y_val = y_train[rows], y_train[held_out]",
    ]


def _divider(kind: TaskKind) -> str:
    return "KFold" if kind is TaskKind.REGRESSION else "StratifiedKFold"
