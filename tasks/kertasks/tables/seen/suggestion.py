"""What columns seem to be, which of them is the target, and how the rows are split: guesses, by
what was counted and by names. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from kertasks.tables.seen.column_facts import ColumnFacts
from kertasks.tables.table import (
    Column,
    Missing,
    Role,
    SplitChoice,
    SplitWay,
)

MOST_CLASSES = 1_000
"""Of a target."""

_FEW_VALUES = 50
"""Values of a category, however few rows have each."""

_ROWS_A_VALUE = 10
"""Rows that each value of a category of more values has, on average."""

_WORDS = 2.0
"""Of a cell of text, on average; names of places and people have fewer."""

_MOSTLY = 0.9
"""The share of a column's cells that are numbers where the others are mistakes."""

_ALMOST_ALL_MISSING = 0.8
"""The share of missing cells from which there is too little to fill them with."""

_ENOUGH = 20
"""Rows from which on it is no accident that all cells of a column differ, or have two values."""

_TWO_CLASSES = ({"0", "1"}, {"1", "2"}, {"-1", "1"})
"""Whole numbers that are names of two classes, however few rows there are."""

_MOST_COUNTED = 10
"""Classes whose names are 0, 1, 2, … or 1, 2, 3, …, at most, where no name says that they are."""

_TARGETS = (
    *("target", "label", "labels", "class", "y", "outcome", "output", "response"),
    *("price", "survived", "species", "churn", "diagnosis", "default", "medv", "quality"),
    *("progression", "income", "sentiment", "category", "result", "saleprice", "charges"),
)
"""Names of targets, the surest first."""

_CLASS_NAMES = frozenset({"label", "labels", "class", "species", "category", "sentiment"})
_TEXT_NAMES = frozenset(
    {"text", "review", "comment", "message", "sentence", "body", "description", "tweet", "content"}
)
_IDENTIFIER = re.compile(
    r"(?:.*[_\s.-])?(?:id|uuid|guid|index|key)|unnamed.*|row|rownames|.*Id|.*ID"
)
_SPLIT_NAMES = frozenset({"split", "set", "subset", "partition", "fold", "part"})
_TRAIN = frozenset({"train", "training"})
_TEST = frozenset({"test", "testing", "holdout", "held out"})
_VALIDATION = frozenset({"validation", "val", "valid", "dev"})


def suggest_role(facts: ColumnFacts) -> Role:
    """What a column seems to be, were it no target."""
    if facts.cells == 0 or facts.missing.count > _ALMOST_ALL_MISSING * facts.rows:
        return Role.IGNORE
    if facts.distinct == 1 and facts.rows > 1:
        return Role.IGNORE
    if facts.dates >= _MOSTLY * facts.cells:
        return Role.DATE
    if facts.numbers >= _MOSTLY * facts.cells:
        return _role_of_numbers(facts)
    return _role_of_words(facts)


def _role_of_numbers(facts: ColumnFacts) -> Role:
    named = bool(_IDENTIFIER.fullmatch(facts.name))
    if facts.whole and facts.is_distinct and (named or _is_counted(facts)):
        return Role.IDENTIFIER
    if facts.whole and named and facts.distinct > 0.9 * facts.cells and facts.cells >= _ENOUGH:
        return Role.IDENTIFIER
    if facts.whole and facts.distinct == 2 and facts.cells >= _ENOUGH:
        return Role.CATEGORY
    return Role.NUMBER


def _is_counted(facts: ColumnFacts) -> bool:
    """Whether it has every number from its least to its most, as the numbers of rows do."""
    if not isinstance(facts.least, float) or not isinstance(facts.most, float):
        return False
    return facts.numbers == facts.cells >= _ENOUGH and facts.most - facts.least + 1 == facts.cells


def _role_of_words(facts: ColumnFacts) -> Role:
    named = bool(_IDENTIFIER.fullmatch(facts.name))
    many = facts.distinct > 0.5 * facts.cells and facts.distinct > 1
    if many and not named and (facts.words >= _WORDS or facts.name.casefold() in _TEXT_NAMES):
        return Role.TEXT
    if facts.is_distinct and (named or facts.cells >= _ENOUGH):
        return Role.IDENTIFIER
    if facts.distinct <= _FEW_VALUES and (facts.cells < _ENOUGH or not many):
        return Role.CATEGORY
    if facts.distinct <= MOST_CLASSES and facts.cells >= _ROWS_A_VALUE * facts.distinct:
        return Role.CATEGORY
    return Role.IGNORE


def suggest_target(facts: Sequence[ColumnFacts]) -> str:
    """The column to predict: by its name, else the last that something can be learned of."""
    usable = [each for each in facts if each.distinct > 1] or list(facts)
    by_name = {each.name.casefold(): each.name for each in reversed(usable)}
    for name in _TARGETS:
        if name in by_name:
            return by_name[name]
    learnable = [
        each
        for each in usable
        if suggest_role(each) in (Role.NUMBER, Role.CATEGORY)
        and each.name.casefold() not in _SPLIT_NAMES
    ]
    return (learnable or usable)[-1].name


def target_role(facts: ColumnFacts) -> Role:
    """Whether a target is a number or one of some classes."""
    if facts.numbers < _MOSTLY * facts.cells or facts.numbers == 0:
        return Role.CATEGORY
    if not facts.whole or facts.values is None:
        return Role.NUMBER
    named = facts.name.casefold() in _CLASS_NAMES
    two = {value for value, _ in facts.values} in _TWO_CLASSES or facts.cells >= _ENOUGH
    counts = (facts.distinct <= 2 and two) or (
        facts.least in (0.0, 1.0)
        and isinstance(facts.most, float)
        and isinstance(facts.least, float)
        and facts.most - facts.least + 1 == facts.distinct
        and facts.distinct <= (MOST_CLASSES if named else _MOST_COUNTED)
        and facts.cells >= 2 * facts.distinct
    )
    return Role.CATEGORY if counts else Role.NUMBER


def classes_in_order(values: Collection[str]) -> tuple[str, ...]:
    """Classes as a person would count them: 2 before 10, no before yes, not ill before ill."""
    ordered = sorted(values, key=_natural)
    if len(ordered) == 2:
        first, second = (name.casefold() for name in ordered)
        for denied in ("not ", "non-", "non ", "no "):
            if second == denied + first:
                ordered.reverse()
    return tuple(ordered)


def _natural(name: str) -> tuple[bool, float, list[tuple[bool, int, str]], str]:
    parts = re.findall(r"\d+|\D+", name.casefold())
    pieces = [
        (not part.isdecimal(), int(part) if part.isdecimal() and len(part) < 20 else 0, part)
        for part in parts
    ]
    try:
        number = float(name.replace(",", "."))
    except ValueError:
        return True, 0.0, pieces, name
    return False, number if number == number else 0.0, pieces, name


def suggest_column(facts: ColumnFacts, role: Role) -> Column:
    """What becomes of a column of that role: a feature's missing cells are filled."""
    missing = Missing.DROP
    if facts.missing.count and role is Role.NUMBER:
        missing = Missing.MEDIAN
    elif facts.missing.count and role is Role.CATEGORY:
        missing = Missing.MOST_FREQUENT
    return Column(facts.name, role, missing)


def one_text(columns: Sequence[Column], facts: Sequence[ColumnFacts]) -> tuple[Column, ...]:
    """Leave one column of text, the one of most words; the others are ignored."""
    texts = [at for at, column in enumerate(columns) if column.role is Role.TEXT]
    best = max(texts, key=lambda at: facts[at].words, default=-1)
    return tuple(
        Column(column.name, Role.IGNORE) if at in texts and at != best else column
        for at, column in enumerate(columns)
    )


def suggest_split(facts: Sequence[ColumnFacts], target: str, classes: Sequence[str]) -> SplitChoice:
    """By a column that marks the rows where there is one; of classes in their shares."""
    for each in facts:
        if each.name != target and each.name.casefold() in _SPLIT_NAMES and each.values:
            marks = [value for value, _ in each.values]
            folded = {mark.casefold() for mark in marks}
            if folded & _TRAIN and folded & _TEST and folded <= _TRAIN | _TEST | _VALIDATION:
                return SplitChoice(
                    SplitWay.COLUMN,
                    column=each.name,
                    test_values=tuple(mark for mark in marks if mark.casefold() in _TEST),
                    validation_values=tuple(
                        mark for mark in marks if mark.casefold() in _VALIDATION
                    ),
                )
    fewest = [rows for each in facts if each.name == target for _, rows in each.values or ()]
    if classes and min(fewest, default=0) >= 2:
        return SplitChoice(SplitWay.STRATIFIED)
    return SplitChoice()
