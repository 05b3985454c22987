"""What stands in a dataset's cells, as plain data without NumPy: what a recipe is held against.

Read by ``kertasks.data.value_reading`` in a process that has NumPy; goes through JSON.
"""

from __future__ import annotations

import msgspec

from kertasks.records import learn

NO_NUMBERS = "OUSVMmc"
"""NumPy's letters for kinds of dtype that no network reads: objects, texts, raw bytes, times and
complex numbers."""


class NotFinite(msgspec.Struct, frozen=True):
    """The first number of an array that is not finite, as float32 has it."""

    row: int
    columns: tuple[int, ...]
    """Where in its row, one number an axis."""

    value: str
    """``"nan"``, ``"inf"`` or ``"-inf"``."""

    rows: int
    """How many rows hold one."""

    def describe(self, name: str) -> str:
        """Where it is and what follows, in a sentence; counted from 0, as NumPy does.

        Args:
            name: of the array.
        """
        if len(self.columns) == 1:
            column = f", column {self.columns[0]}"
        else:
            column = f", at {list(self.columns)}" if self.columns else ""
        more = self.rows - 1
        others = f" and in {more:,} more row{'' if more == 1 else 's'}" if more else ""
        return (
            f"{name} holds {self.value} in row {self.row}{column}{others} (counted from 0): "
            "what is computed of it is not finite either"
        )


class Cells(msgspec.Struct, frozen=True):
    """The numbers of one array, of features or of targets."""

    rows: int
    row_shape: tuple[int, ...]
    """Shape of one row."""

    dtype: str
    kind: str
    """NumPy's letter for the kind of the dtype: ``"f"``, ``"i"``, ``"u"``, ``"b"``, ``"O"``, …"""

    least: float | None
    """The least finite number; None where there is no number."""

    most: float | None
    """The greatest finite number; None where there is no number."""

    whole: bool
    """Whether every finite number is a whole one."""

    not_finite: NotFinite | None = None

    @property
    def are_numbers(self) -> bool:
        """Whether a network can read them."""
        return self.kind not in NO_NUMBERS

    def within(self, least: float, most: float) -> bool:
        """Whether all numbers are in a range, but for what float32 rounds; True for none."""
        if self.least is None or self.most is None:
            return True
        slack = 1e-5 * max(1.0, abs(self.least), abs(self.most))
        return self.least >= least - slack and self.most <= most + slack

    def describe_range(self) -> str:
        """The least and the greatest number: ``"0 to 9"``, ``"25.5 to 346"``, ``"1"``."""
        if self.least is None or self.most is None:
            return "no number"
        least, most = shown_number(self.least), shown_number(self.most)
        return least if least == most else f"{least} to {most}"


class ClassRows(msgspec.Struct, frozen=True):
    """The rows of one label."""

    label: int | float | str
    """A whole number wherever it is one; NaN is the text ``"nan"``."""

    rows: int
    first: int
    """Number of its first row."""

    last: int
    """Number of its last row."""


class SplitValues(msgspec.Struct, frozen=True):
    """What stands in one split."""

    name: str
    """``train``, ``validation`` or ``test``."""

    x: Cells
    y: Cells
    one_hot: bool = False
    """Whether every target is a row of zeros with a single 1."""

    classes: tuple[ClassRows, ...] = ()
    """Every label there is, ascending; empty where rows have no single label, or more labels than
    classes can be meant by."""

    def rows_of_classes(self) -> dict[int | float | str, int]:
        """How many rows each label has."""
        return {one.label: one.rows for one in self.classes}


class DataValues(msgspec.Struct, frozen=True):
    """What stands in the splits of a dataset."""

    splits: tuple[SplitValues, ...]
    """In the order train, validation, test; those there are."""

    class_names: tuple[str, ...] = ()
    features: int = 0
    """How many columns a row of x has, where it is a row of columns."""

    feature_names: int = 0
    """How many names there are for them."""

    target_scaled: bool = False
    """Whether the targets are scaled, so that they are not in their own unit."""

    def split(self, name: str) -> SplitValues | None:
        """The split of that name; None where there is none."""
        return next((split for split in self.splits if split.name == name), None)

    @property
    def held_out(self) -> SplitValues | None:
        """The rows the variant itself holds out; None where there are none."""
        found = self.split("validation")
        return found if found is not None and found.x.rows else None

    @property
    def train(self) -> SplitValues:
        """The rows to train on."""
        return self.splits[0]

    @property
    def labels(self) -> tuple[int | float | str, ...]:
        """Every label of every split, ascending; with names that apply, also those no row has."""
        found = {one.label for split in self.splits for one in split.classes}
        if self.names_apply:
            found |= set(range(len(self.class_names)))
        return tuple(sorted(found, key=_order))

    @property
    def names_apply(self) -> bool:
        """Whether the names are those of the labels 0, 1, 2, …

        Labels from 1 to 3 and three names do not say which belongs to which. Where there is a
        label 0, those beyond the last name have none, and the others have theirs.
        """
        found = {one.label for split in self.splits for one in split.classes}
        if not all(isinstance(label, int) and label >= 0 for label in found):
            return False
        return 0 in found or all(label in range(len(self.class_names)) for label in found)

    def name_of(self, label: float | str) -> str:
        """A label's name; the label itself where it has none."""
        if self.names_apply and isinstance(label, int) and label < len(self.class_names):
            return self.class_names[label]
        return shown_label(label)


learn(DataValues)


def _order(label: float | str) -> tuple[bool, float | str]:
    return isinstance(label, str), label


def shown_label(label: float | str) -> str:
    """A label as a person writes it: ``"3"``, ``"0.5"``, ``"cat"``."""
    return label if isinstance(label, str) else shown_number(label)


def shown_number(value: float) -> str:
    """A number as a person writes it: whole ones whole, others to six digits."""
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value)}"
    return f"{value:.6g}"
