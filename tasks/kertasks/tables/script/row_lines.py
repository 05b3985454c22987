"""The lines that say which rows are used and how they are split, and make arrays of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kertasks.export.script.expressions import literal
from kertasks.tables.script.script_table import ScriptTable
from kertasks.tables.table import Missing, Role, SplitWay


def used_rows(of: ScriptTable) -> Iterator[str]:
    """Leave rows out, and define ``y`` of the others."""
    table = of.table
    needed = [of.place(table.target)]
    needed += [of.place(one.name) for one in of.seen if one.missing is Missing.DROP]
    if table.split.way is SplitWay.TIME and table.split.column is not None:
        needed.append(of.place(table.split.column))
    places = ", ".join(map(str, sorted(set(needed))))
    yield "# Rows without their target, or another cell that must be there, are left out."
    yield f"NEEDED = [{places}]"
    yield "rows = [row for row in rows if not any(is_missing(row[place]) for place in NEEDED)]"
    target = of.place(table.target)
    if table.classes:
        classes = ", ".join(literal(label.strip()) for label in table.classes)
        yield f"CLASSES = [{classes}]"
        yield f"y = [CLASSES.index(row[{target}].strip()) for row in rows]"
        yield 'y = np.array(y, dtype="int32")'
    else:
        yield f"y = np.array([number(row[{target}]) for row in rows])"
    yield ""


def split_lines(of: ScriptTable) -> Iterator[str]:
    """Define ``at_train``, ``at_val`` and ``at_test``, numbers of rows."""
    choice = of.table.split
    column = None if choice.column is None else of.place(choice.column)
    has_test = choice.test > 0
    yield "order = np.arange(len(rows))"
    match choice.way:
        case SplitWay.RANDOM | SplitWay.STRATIFIED if has_test:
            stratify = ", stratify=y" if choice.way is SplitWay.STRATIFIED else ""
            yield (
                f"at_train, at_test = train_test_split("
                f"order, test_size={choice.test!r}, random_state=SEED{stratify})"
            )
        case SplitWay.TIME:
            read = "number" if (of.sort_role is Role.NUMBER) else "day"
            yield "# The last rows by time are held out."
            yield f"moments = np.array([{read}(row[{column}]) for row in rows])"
            yield 'order = np.argsort(moments, kind="stable")'
            if has_test:
                yield f"first = len(rows) - math.ceil({choice.test!r} * len(rows))"
                yield "at_train, at_test = order[:first], order[first:]"
            else:
                yield "at_train = order"
        case SplitWay.GROUP:
            yield f'groups = np.array([(row[{column}] or "").strip() for row in rows])'
            if has_test:
                yield (
                    f"splitter = GroupShuffleSplit(n_splits=1, test_size={choice.test!r}, "
                    "random_state=SEED)"
                )
                yield "at_train, at_test = next(splitter.split(order, groups=groups))"
            else:
                yield "at_train = order"
            yield "# The rows of a group stay together."
            yield "found, of_row = np.unique(groups[at_train], return_inverse=True)"
            yield "turns = np.random.RandomState(SEED).permutation(len(found))"
            yield 'at_train = at_train[np.argsort(turns[of_row], kind="stable")]'
        case SplitWay.COLUMN:
            yield f'marks = np.array([(row[{column}] or "").strip().lower() for row in rows])'
            tests = [value.strip().lower() for value in choice.test_values]
            validates = [value.strip().lower() for value in choice.validation_values]
            yield f"is_test = np.isin(marks, {tests!r})"
            yield f"is_val = np.isin(marks, {validates!r}) & ~is_test"
            yield (
                "at_train = np.random.RandomState(SEED).permutation("
                "np.flatnonzero(~is_test & ~is_val))"
            )
            yield "at_val, at_test = np.flatnonzero(is_val), np.flatnonzero(is_test)"
        case _:
            yield "at_train = np.random.RandomState(SEED).permutation(len(rows))"


def array_lines(of: ScriptTable, parts: Sequence[str]) -> Iterator[str]:
    """Define ``x_train``, ``y_train`` and the like.

    Args:
        of: the table.
        parts: that there are: ``train``, ``val``, ``test``.
    """
    for part in parts:
        rows = "train_rows" if part == "train" else f"[rows[place] for place in at_{part}]"
        yield f"x_{part}, y_{part} = encode({rows}), y[at_{part}]"
    if of.scales_target:
        yield "# The target is scaled too: the loss is then in deviations."
        yield "y_mean, y_deviation = y_train.mean(), y_train.std()"
        for part in parts:
            yield f"y_{part} = (y_{part} - y_mean) / y_deviation"
    if not of.table.classes:
        for part in parts:
            yield f'y_{part} = y_{part}.astype("float32")'
