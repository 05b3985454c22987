from __future__ import annotations

from dataclasses import replace

from kertasks.runs.home.listing import SortKey
from kertasks.runs.home.summary import RunSummary
from kertasks.runs.state import RunState
from kertui.plotting.curves.run_strokes import MOST_RUNS
from kertui.runs.listed_runs import ChosenRuns, ListedRuns

BIN = "~/bin"
OLD = RunSummary("1", "xor", "answer", RunState.FINISHED, 1.0, 30, "", "/runs/1")
NEW = replace(OLD, id="2", task="digits", created=2.0, epochs=20)
GOING = replace(OLD, id="3", created=0.0, epochs=10, state=RunState.RUNNING)


def test_a_part_does_not_replace_the_whole() -> None:
    listed = ListedRuns()
    assert listed.says_empty(BIN) == "reading the runs"
    assert listed.take([NEW], complete=False)
    assert not listed.complete
    assert listed.take([NEW, OLD], complete=True)
    assert not listed.take([NEW], complete=False)
    assert listed.runs == [NEW, OLD]
    assert listed.complete


def test_filter_and_order_decide_what_is_shown() -> None:
    listed = ListedRuns([NEW, OLD, GOING], complete=True)
    assert listed.shown == [GOING, NEW, OLD]
    assert listed.any_going
    listed.sort_by(SortKey.EPOCHS)
    assert listed.shown == [GOING, OLD, NEW]
    listed.text = "xor"
    assert listed.shown == [GOING, OLD]
    assert not ListedRuns([NEW, OLD]).any_going


def test_the_same_column_again_turns_the_order_round() -> None:
    listed = ListedRuns()
    listed.sort_by(SortKey.TASK)
    assert not listed.reverse
    listed.sort_by(SortKey.TASK)
    assert listed.reverse
    listed.sort_by(SortKey.TIME)
    assert (listed.sort, listed.reverse) == (SortKey.TIME, False)


def test_the_next_column_of_the_last_is_the_first() -> None:
    listed = ListedRuns()
    seen = []
    for _ in SortKey:
        listed.sort_by_next(1)
        seen.append(listed.sort)
    assert set(seen) == set(SortKey)
    assert listed.sort is SortKey.WHEN
    listed.sort_by_next(-1)
    assert (listed.sort, listed.reverse) == (list(SortKey)[-1], False)


def test_the_bin_is_read_from_nothing() -> None:
    listed = ListedRuns([NEW], complete=True)
    listed.switch()
    assert (listed.deleted, listed.runs, listed.complete) == (True, [], False)
    listed.switch()
    assert not listed.deleted


def test_an_empty_table_says_why_and_what_to_do() -> None:
    assert "train" in ListedRuns(complete=True).says_empty(BIN)
    assert BIN in ListedRuns(complete=True, deleted=True).says_empty(BIN)
    filtered = ListedRuns([NEW], complete=True, text="zzz")
    assert filtered.says_empty(BIN) == "no run matches 'zzz': esc empties the filter"


def test_the_header_counts() -> None:
    assert ListedRuns([NEW], complete=True).facts(1, (), BIN) == ("1 run",)
    assert ListedRuns([NEW, OLD, GOING], complete=True).facts(3, {"1": 0}, BIN) == (
        "3 runs",
        "1 running",
        "1 chosen",
    )
    filtered = ListedRuns([NEW, OLD], complete=True, text="xor")
    assert filtered.facts(1, (), BIN) == ("1 of 2 runs match",)
    deleted = ListedRuns([NEW, OLD], complete=True, deleted=True)
    assert deleted.facts(2, (), BIN) == (BIN, "2 deleted runs")


def test_nothing_is_counted_before_all_are_read() -> None:
    assert ListedRuns().facts(0, (), BIN) == ()
    assert ListedRuns([GOING]).facts(1, {"3": 0}, BIN) == ("1 chosen",)
    assert ListedRuns(deleted=True).facts(0, (), BIN) == (BIN,)


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
