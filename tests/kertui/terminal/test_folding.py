"""What is left of texts where the terminal knows no other character than ASCII."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from tests.support.wide_names import NAMES

from kertasks.keras_catalog.catalog import Catalog
from kertasks.registry import all_tasks, find_task
from kertasks.task import Task
from kertasks.text.numbers import in_unit
from kertui.terminal.folding import FOLDED, to_ascii


def lost(text: str) -> set[str]:
    """The characters of which nothing is left."""
    return {one for one in text if one != "?" and "?" in to_ascii(one)}


@pytest.mark.parametrize("task", all_tasks(), ids=lambda task: task.name)
def test_no_text_of_a_task_loses_a_character(task: Task) -> None:
    assert lost(repr(task)) == set()


@pytest.mark.parametrize("name", ["threshold", "diabetes", "breast-cancer", "digits"])
def test_nothing_that_is_told_of_data_loses_a_character(name: str) -> None:
    from kertasks.data.described.describing import describe

    task = find_task(name)
    for variant in task.variants:
        described = describe(task, task.load(variant.name))
        assert lost(repr(described)) == set()
        names = [to_ascii(one) for one in described.class_names]
        assert len(set(names)) == len(names), "classes must be told apart"


def test_keras_help_loses_no_character(catalog: Catalog) -> None:
    assert lost(repr(catalog)) == set()


def test_a_fold_is_as_wide_as_what_it_stands_for() -> None:
    assert to_ascii("y ≤ 0.5") == "y < 0.5"
    assert to_ascii("y ≥ 0.5") == "y > 0.5"
    assert to_ascii(in_unit(2.64, "€1,000")) == "E2,640"
    for text in ("0.5 ± 0.1", "x² ≈ τ", "日本", "−1 … 1 µs", *NAMES):
        assert cell_len(to_ascii(text)) == cell_len(text)


def test_what_a_stream_cannot_encode_is_as_wide_too() -> None:
    for name in NAMES:
        line = f"{name} | {name}"
        assert len(line.encode("ascii", FOLDED)) == cell_len(line)
