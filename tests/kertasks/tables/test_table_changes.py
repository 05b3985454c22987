"""What a person says otherwise of a table."""

from __future__ import annotations

import pytest

from kertasks.tables.table import Column, Missing, Role, Table
from kertasks.tables.table_changes import CannotChange, with_role, with_target, with_words

TABLE = Table(
    path="flowers.csv",
    target="species",
    columns=(
        Column("width", Role.NUMBER, Missing.MEDIAN),
        Column("garden", Role.CATEGORY, Missing.MOST_FREQUENT),
        Column("species", Role.CATEGORY),
    ),
    classes=("a", "b"),
)


def test_another_role_keeps_what_it_can_of_missing_cells() -> None:
    assert with_role(TABLE, "width", Role.CATEGORY).column("width").missing is Missing.MOST_FREQUENT
    assert with_role(TABLE, "width", Role.IGNORE).column("width").missing is Missing.MEDIAN
    assert with_role(TABLE, "garden", Role.NUMBER).column("garden").missing is (
        Missing.MOST_FREQUENT
    )


def test_another_target_is_a_number_or_a_class_once_the_file_was_seen() -> None:
    other = with_target(TABLE, "width")
    assert (other.target, other.classes) == ("width", ())
    assert other.column("species").role is Role.CATEGORY
    assert with_target(TABLE, "species") is TABLE
    assert with_role(TABLE, "species", Role.NUMBER).classes == ()


def test_words_of_a_command_line_change_it() -> None:
    changed = with_words(TABLE, "garden", ["width=ignore", "garden=category"])
    assert changed.target == "garden"
    assert [column.role for column in changed.columns] == ["ignore", "category", "category"]


@pytest.mark.parametrize(
    ("target", "roles", "said"),
    [
        ("garten", [], "did you mean 'garden'"),
        (None, ["width"], "COLUMN=ROLE, for example width=category"),
        (None, ["width=numbr"], "did you mean 'number'"),
        (None, ["wdth=number"], "did you mean 'width'"),
        (None, ["species=text"], "species is the target: its role can be number or category"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(
    target: str | None, roles: list[str], said: str
) -> None:
    with pytest.raises(CannotChange, match=said):
        with_words(TABLE, target, roles)
