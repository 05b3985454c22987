from __future__ import annotations

from kertasks.runs.state import RunState
from kertasks.runs.summary import RunSummary
from kertui.plotting.run_strokes import MOST_RUNS
from kertui.runs.chosen_runs import ChosenRuns


def run(id: str) -> RunSummary:
    return RunSummary(id, "xor", "answer", RunState.FINISHED, 0.0, 10, "", f"/runs/{id}")


A, B, C, D = RUNS = [run(id) for id in "abcd"]


def chosen(*ids: str) -> ChosenRuns:
    runs = ChosenRuns()
    for id in ids:
        assert runs.choose(id)
    return runs


def test_a_run_keeps_its_place_while_others_come_and_go() -> None:
    runs = chosen("a", "b", "c")
    assert runs.toggle("a")
    assert runs.places == {"b": 1, "c": 2}
    assert runs.toggle("d")
    assert runs.among(RUNS) == [(0, D), (1, B), (2, C)]
    assert runs.choose("c")
    assert runs.places["c"] == 2


def test_one_more_than_there_are_places_is_refused() -> None:
    runs = chosen(*(str(number) for number in range(MOST_RUNS)))
    assert not runs.toggle("one more")
    assert "one more" not in runs.places
    assert runs.choose("0")
    assert runs.toggle("0")
    assert runs.toggle("one more")
    assert runs.places["one more"] == 0


def test_wanted_runs_are_chosen_once_they_are_there() -> None:
    runs = ChosenRuns(("b", "a"))
    assert runs.choose_wanted(()) == []
    assert runs.choose_wanted({"a", "c"}) == ["a"]
    assert runs.choose_wanted({"a", "b", "c"}) == ["b"]
    assert runs.among(RUNS) == [(0, A), (1, B)]
    runs.clear()
    assert runs.choose_wanted({"a", "b", "c"}) == []
    assert runs.places == {}


def test_runs_that_are_gone_are_forgotten_and_the_others_stay() -> None:
    runs = chosen("a", "b", "c")
    runs.forget_gone({"c", "d"})
    assert runs.places == {"c": 2}


def test_the_run_under_the_cursor_is_drawn_where_none_is_chosen() -> None:
    runs = chosen()
    assert runs.drawn(RUNS, None) == []
    assert runs.drawn(RUNS, C) == [(0, C)]
    assert chosen("b", "a").drawn(RUNS, C) == [(0, B), (1, A)]


def test_one_chosen_run_is_compared_with_the_one_under_the_cursor() -> None:
    assert chosen().compared(RUNS, C) == []
    assert chosen("a").compared(RUNS, A) == [(0, A)]
    assert chosen("a").compared(RUNS, None) == [(0, A)]
    assert chosen("a").compared(RUNS, C) == [(0, A), (1, C)]
    assert chosen("a", "b").compared(RUNS, C) == [(0, A), (1, B)]


def test_a_compared_run_keeps_its_colour_when_it_is_chosen() -> None:
    runs = chosen("a", "b")
    runs.toggle("a")
    shown = runs.compared(RUNS, C)
    assert shown[0] == (1, B)
    runs.choose("c")
    assert sorted(shown, key=lambda pair: pair[0]) == runs.compared(RUNS, C)
