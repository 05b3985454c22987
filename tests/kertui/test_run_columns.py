from __future__ import annotations

import pytest

from kertui.run_columns import GAP, columns_for
from kertui.training.run_listing import SortKey


def keys(width: int) -> list[str]:
    return [column.key.value for column, _ in columns_for(width)]


@pytest.mark.parametrize("width", range(40, 220))
def test_the_columns_fit_and_the_task_is_whole_before_the_recipe_grows(width: int) -> None:
    columns = columns_for(width)
    assert sum(room for _, room in columns) + GAP * (len(columns) - 1) <= width
    widths = {column.key: room for column, room in columns}
    assert widths[SortKey.TASK] >= len("breast-cancer") or widths[SortKey.RECIPE] == 12


def test_where_there_is_room_for_a_number_it_is_shown() -> None:
    assert keys(54) == ["state", "task", "recipe", "epochs"]
    assert keys(62) == ["state", "task", "recipe", "epochs", "test"]
    assert keys(94) == ["state", "task", "recipe", "epochs", "best loss", "test", "when"]
