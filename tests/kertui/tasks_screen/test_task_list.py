from __future__ import annotations

import pytest

from kertasks.registry import all_tasks
from kertasks.text.numbers import ago
from kertui.tasks_screen.task_list import rank
from kertui.tasks_screen.tasks_header import count_of
from kertui.terminal.folding import to_ascii
from kertui.terminal.machine import name_gpus


def best(query: str) -> str:
    return max(all_tasks(), key=lambda task: rank(query, task)).name


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("xor", "xor"),
        ("XO", "xor"),
        ("brc", "breast-cancer"),
        ("house", "boston"),
        ("newswire", "reuters"),
        ("imd", "imdb"),
        ("sq", "square"),
    ],
)
def test_the_task_meant_comes_first(query: str, name: str) -> None:
    assert best(query) == name


def test_a_query_that_nothing_answers_finds_nothing() -> None:
    assert not any(rank("zzz", task) for task in all_tasks())
    assert all(rank("  ", task) for task in all_tasks())


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("x² – é", "x2 - e"),
        ("│ ● ↓ …", "| * v ~"),
        ("日本", "????"),
        ("⠀⡀⣿", " .#"),
        ("ﬁ", "?"),
    ],
)
def test_ascii_of_a_text_is_as_wide(text: str, plain: str) -> None:
    assert to_ascii(text) == plain


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (5, "just now"),
        (720, "12 min ago"),
        (7200, "2 h ago"),
        (90000, "1 day ago"),
        (-5, "just now"),  # by another host's clock it is still to come
        (-720, "in 12 min"),
        (-90000, "in 1 day"),
    ],
)
def test_times_are_said_in_one_unit(seconds: float, text: str) -> None:
    assert ago(seconds) == text


def test_runs_and_processors_are_counted() -> None:
    assert count_of(0, 0) == "no runs yet"
    assert count_of(1, 0) == "1 run"
    assert count_of(1200, 1) == "1 200 runs, 1 running"
    assert name_gpus(["NVIDIA H100", "NVIDIA H100 "]) == ["2 × NVIDIA H100"]
