"""What is known of a table before it is read: what recipes are fitted to. Without NumPy."""

from __future__ import annotations

from kertasks.tables.table import Role, Table, TextForm
from kertasks.templates.data_facts import DataFacts, InputForm
from kertasks.text.numbers import grouped

SEEN = (Role.NUMBER, Role.CATEGORY, Role.DATE)
"""Roles whose columns the network gets as numbers."""


def facts(table: Table) -> DataFacts:
    """What recipes are fitted to; a category counts as one column, whatever it becomes."""
    others = [column for column in table.columns if column.name != table.target]
    seen = [column for column in others if column.role in SEEN]
    has_text = any(column.role is Role.TEXT for column in others)
    form, shape = InputForm.COLUMNS, (len(seen),)
    if has_text and table.text_form is TextForm.SEQUENCE:
        form, shape = InputForm.SEQUENCE, (table.most_length,)
    elif has_text:
        form, shape = InputForm.WORDS, (len(seen) + table.most_words,)
    target = [column for column in table.columns if column.name == table.target]
    return DataFacts(
        kind=table.kind,
        form=form,
        shape=shape,
        rows=round(table.rows * (1 - table.split.test)),
        classes=len(table.classes),
        vocabulary=table.most_words if form is InputForm.SEQUENCE else 0,
        target=table.target,
        unit=target[0].unit if target else None,
        target_scaled=table.scale_target,
    )


def summary(table: Table) -> str:
    """One line on the table."""
    held_out = f"{table.split.test:.0%} held out, {table.split.way}"
    return f"{grouped(table.rows)} rows, {len(table.columns)} columns; {held_out}"
