"""The table of keys: every row says what it does, and no key is bound twice where both act."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.support.piloting import until
from tests.support.recorded_service import RecordedService
from tests.support.run_folders import write_run
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

import kertui as kertui_package
from kertasks.registry import find_task
from kertui.app import KertuiApp
from kertui.cli.keys import PLACES, PlacedBinding, all_bindings
from kertui.cli.main import kertui
from kertui.following.following_screen import FollowingScreen
from kertui.runs.runs_screen import RunsScreen
from kertui.session import FollowRun
from kertui.terminal.capabilities import Capabilities
from kertui.workbench.workbench import WorkbenchScreen

README = Path(__file__).parents[2] / "README.md"

TABLE = list(all_bindings())

ONE_AT_A_TIME = [
    {"workbench.start", "workbench.steer_pause", "workbench.steer_resume"},
    {"following.steer_pause", "following.steer_resume"},
    {"group.pause", "group.resume"},
]
"""Rows of one key, of which ``check_action`` offers one in each state of the screen."""

OVERRIDES = {
    ("ClassesTab", "n"): "shares or counts of the table, not another metric of the curves",
    ("ClassesTab", "s"): "sorts the table that has the focus; a training is stopped from elsewhere",
    ("FieldGrid", "delete"): "the field's value goes back to its default, not the layer away",
    ("FieldEditor", "escape"): "leaves the field that is typed in before the form",
    ("LayersTab", "escape"): "goes from one layer back to all of them before the tab is left",
    ("LayersTab", "n"): "the next input channel of a layer's kernels, not another metric",
    ("LivePane", "escape"): "goes from another tab back to the first before the screen is left",
    ("PictureTab", "n"): "goes to the next wrong row, where the curves' tab has a next metric",
    ("RunFilter", "escape"): "leaves the filter that is typed in before the screen",
}
"""Keys that a widget, while it has the focus, takes from the screen around it, and why."""


def is_ours(node: DOMNode | type[DOMNode]) -> bool:
    cls = node if isinstance(node, type) else type(node)
    return cls.__module__.startswith("kertui.")


def rows_of(cls: type[DOMNode]) -> list[tuple[str, Binding]]:
    """What a class of ours binds, its bases of ours included, key by key."""
    return [
        (key, row.binding)
        for base in cls.__mro__
        for row in TABLE
        if row.owner is base
        for key in row.keys
    ]


def test_every_binding_has_an_id_a_description_and_a_tooltip() -> None:
    lacking = [
        f"{row.owner.__name__} {row.binding.key!r} lacks {', '.join(lacks)}"
        for row in TABLE
        if (lacks := [f for f in ("id", "description", "tooltip") if not getattr(row.binding, f)])
    ]
    assert not lacking, "\n".join(lacking)


def test_an_id_stands_for_one_row() -> None:
    by_id: dict[str | None, list[PlacedBinding]] = defaultdict(list)
    for row in TABLE:
        by_id[row.binding.id].append(row)
    shared = {id: rows for id, rows in by_id.items() if id is not None and len(rows) > 1}
    assert not shared


@pytest.mark.parametrize("owner", dict.fromkeys(row.owner for row in TABLE))
def test_no_widget_binds_a_key_twice(owner: type[DOMNode]) -> None:
    ids: dict[str, set[str | None]] = defaultdict(set)
    for key, binding in rows_of(owner):
        ids[key].add(binding.id)
    twice = {key: rows for key, rows in ids.items() if len(rows) > 1 and rows not in ONE_AT_A_TIME}
    assert not twice


def doubles(screen: Screen[Any]) -> Iterable[tuple[str, str, str]]:
    """Keys that a widget on a screen, or the screen, takes from what is around it: who, which
    key, and from whom."""
    for widget in (screen, *screen.query(Widget)):
        if widget is not screen and not widget.can_focus:
            continue
        taken: dict[str, type[DOMNode]] = {}
        for node in filter(is_ours, widget.ancestors_with_self):
            own = {key for key, _ in rows_of(type(node))}
            for key in sorted(own & taken.keys()):
                yield taken[key].__name__, key, type(node).__name__
            taken.update(dict.fromkeys(own - taken.keys(), type(node)))


async def test_no_key_is_bound_twice_where_both_would_act(service: RecordedService) -> None:
    run = write_run(service.store, "xor", "answer", epochs=3)
    app = KertuiApp(service, Capabilities())
    found: set[tuple[str, str, str]] = set()
    async with app.run_test(size=(120, 36)) as pilot:
        found |= {*doubles(app.screen)}
        task = find_task("xor")
        bench = WorkbenchScreen(app.session, task, task.recipe(), run=run)
        asked = FollowRun(app.screen, run, run.manifest(), run.state())
        for screen in (bench, FollowingScreen(app.session, asked), RunsScreen(app.session)):
            await app.push_screen(screen)
            await until(pilot, lambda: app.focused is not None)
            await pilot.pause()
            found |= {*doubles(screen)}
    assert sorted(double for double in found if double[:2] not in OVERRIDES) == []
    assert {double[:2] for double in found} == OVERRIDES.keys(), "no override is only listed"


def test_what_does_the_same_says_the_same() -> None:
    words: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in TABLE:
        if row.binding.action.startswith(("app.", "screen.")):
            words[row.binding.action].add((row.binding.description, row.binding.tooltip))
    words = {a: said for a, said in words.items() if not a.startswith("app.focus_")}
    assert {action: said for action, said in words.items() if len(said) > 1} == {}


def test_the_readme_names_ten_keys_in_the_words_of_the_table() -> None:
    section = README.read_text().partition("\n## Ten keys\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \| (.+?) \|$", section, flags=re.M)
    assert len(rows) == 10
    names = {"Enter": "enter", "Space": "space", "Esc": "escape"}
    table = {(key, row.place, row.binding.tooltip) for row in TABLE for key in row.keys}
    assert {(names.get(key, key), place, words) for key, place, words in rows} <= table


def test_every_room_that_binds_keys_is_a_place() -> None:
    package = Path(kertui_package.__path__[0])
    binding = [path for path in package.rglob("*.py") if "\n    BINDINGS:" in path.read_text()]
    assert {path.relative_to(package).parts[0].removesuffix(".py") for path in binding} == {*PLACES}


def test_every_key_is_listed_by_place() -> None:
    done = CliRunner().invoke(kertui, ["keys"])
    assert done.exit_code == 0
    listed = " ".join(done.output.split())
    for row in TABLE:
        assert " ".join((row.binding.tooltip or row.binding.description).split()) in listed
    places = [line.partition(":")[0] for line in done.output.splitlines() if line[:1].strip()]
    assert list(dict.fromkeys(places)) == [
        "everywhere", "tasks", "data", "workbench", "following", "form", "live pane", "advice",
        "runs", "group", "comparison", "dialogs",
    ]  # fmt: skip
