"""The lines of a script that hold out one fold of the training rows, as
``kertasks.data.folds.folding`` does."""

from __future__ import annotations

from kertasks.data.folds.fold import Fold
from kertasks.export.script.script_data import FoldsOf
from kertasks.kinds import TaskKind


def fold_imports(of: FoldsOf, kind: TaskKind) -> tuple[str, ...]:
    """What the lines need imported."""
    return (f"from sklearn.model_selection import {_divider(of, kind)}",)


def fold_lines(of: FoldsOf, fold: Fold, kind: TaskKind, *, validates: bool) -> list[str]:
    """The lines, after those that define the arrays of ``of``.

    Args:
        of: what is divided, and by what.
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
            f"{name}_train = np.concatenate([{name}_train, {name}_val])" for name in of.arrays
        ]
    labels = of.labels
    if kind is TaskKind.MULTICLASS and labels.isidentifier():
        lines.append(f"classes = {labels}.argmax(axis=1) if {labels}.ndim > 1 else {labels}")
        labels = "classes"
    divider, given = _divider(of, kind), f"{fold.folds}, shuffle=True, random_state=draw"
    if of.by_time:
        given = str(fold.folds)
    else:
        lines.append(f"draw = np.random.RandomState([SEED, {fold.repeat}])")
    by = f"groups={of.groups}" if of.groups else labels
    return [
        *lines,
        f"folds = {divider}({given})",
        f"trained, held_out = list(folds.split({of.labels}, {by}))[{fold.number - 1}]",
        *(
            f"{name}_train, {name}_val = {name}_train[trained], {name}_train[held_out]"
            for name in of.arrays
        ),
    ]


def _divider(of: FoldsOf, kind: TaskKind) -> str:
    if of.groups:
        return "GroupKFold"
    if of.by_time:
        return "TimeSeriesSplit"
    return "KFold" if kind is TaskKind.REGRESSION else "StratifiedKFold"
