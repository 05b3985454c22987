from __future__ import annotations

import pytest

from kertasks.runs.home.listing import SortKey
from kertasks.runs.home.summary import RunSummary
from kertasks.runs.state import RunState
from kertui.runs.run_columns import GAP, best_text, columns_for


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


@pytest.mark.parametrize(
    ("loss", "text"),
    [(0.36678, "train 0.3668"), (5.84e-9, "train 5.8e-9"), (5.837e-10, "train 6e-10")],
)
def test_the_exponent_of_a_loss_is_never_cut(loss: float, text: str) -> None:
    run = RunSummary(
        "id", "xor", "answer", RunState.FINISHED, 0.0, 9, "", "", best={"loss": loss}, best_epoch=9
    )
    assert best_text(run) == text
    (room,) = (room for column, room in columns_for(120) if column.key is SortKey.BEST)
    assert len(text) <= room
