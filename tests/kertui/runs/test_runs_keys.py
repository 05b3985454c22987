from __future__ import annotations

from dataclasses import replace

from textual.binding import Binding

from kertui.runs.runs_keys import RUNS_KEYS, KeysNow

NOTHING = KeysNow(
    here=False,
    listed=False,
    waiting=False,
    stoppable=False,
    can_undo=False,
    deleted=False,
    full=False,
    comparing=False,
    pair=False,
)
SOME = replace(NOTHING, here=True, listed=True)


def offered(now: KeysNow) -> set[str]:
    """The names of the screen's actions that do something."""
    names = {key.action.split("(")[0] for key in RUNS_KEYS if isinstance(key, Binding)}
    return {name for name in names if now.offers(name)}


def test_without_runs_one_can_leave_or_look_into_the_bin() -> None:
    assert offered(NOTHING) == {"app.focus_next", "go_back", "toggle_deleted"}
    assert "undo" in offered(replace(NOTHING, can_undo=True))


def test_two_runs_can_be_looked_at_beside_each_other() -> None:
    assert offered(replace(SOME, pair=True)) - offered(SOME) == {"look"}
    assert "look" not in offered(replace(SOME, pair=True, deleted=True))


def test_where_no_run_matches_the_filter_can_be_changed() -> None:
    assert offered(replace(NOTHING, listed=True)) - offered(NOTHING) == {
        "filter",
        "sort",
        "reverse",
    }


def test_the_bin_brings_back_and_removes() -> None:
    kept, deleted = offered(SOME), offered(replace(SOME, deleted=True))
    assert deleted - kept == {"undo", "empty_bin"}
    assert kept - deleted == {"edit_label", "export", "open_recipe", "delete"}


def test_without_the_table_nothing_is_done_to_a_run_but_stop_it() -> None:
    full = offered(replace(SOME, full=True, stoppable=True))
    assert full & {"edit_label", "delete", "filter", "sort", "toggle_deleted"} == set()
    assert {"stop_run", "toggle_full", "next_metric"} <= full


def test_recipes_have_no_metrics() -> None:
    gone = offered(SOME) - offered(replace(SOME, comparing=True))
    assert gone == {"next_metric", "toggle_rows", "toggle_log"}
