"""The table of runs by itself: rows that come later than the keys for them."""

from __future__ import annotations

from textual.app import App, ComposeResult

from kertasks.runs.home.summary import RunSummary
from kertasks.runs.state import RunState
from kertui.runs.listed_runs import ListedRuns
from kertui.runs.run_table import RunTable
from kertui.terminal.theme import default_tokens

RUNS = [
    RunSummary(str(number), "xor", "answer", RunState.FINISHED, -number, 30, "", f"/runs/{number}")
    for number in range(5)
]


class TableApp(App[None]):
    """Keeps what the table tells."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[str] = []
        self.opened: list[str] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return default_tokens(self.current_theme)

    def compose(self) -> ComposeResult:
        yield RunTable()

    def on_mount(self) -> None:
        self.query_one(RunTable).focus()
        self.show([], complete=False)

    def show(self, runs: list[RunSummary], *, complete: bool) -> None:
        self.query_one(RunTable).show(ListedRuns(runs, complete), {}, now=2.0, bin="")

    def on_run_table_run_chosen(self, message: RunTable.RunChosen) -> None:
        self.chosen.append(message.run.id)

    def on_run_table_run_opened(self, message: RunTable.RunOpened) -> None:
        self.opened.append(message.run.id)


async def test_keys_pressed_before_the_rows_are_there_act_on_them_in_their_order() -> None:
    app = TableApp()
    async with app.run_test() as pilot:
        await pilot.press("space", "down", "space", "end", "space", "up", "enter")
        assert app.chosen == []
        app.show(RUNS, complete=True)
        await pilot.pause()
        assert app.chosen == ["0", "1", "4"]
        assert app.opened == ["3"]
        app.show(RUNS, complete=True)
        await pilot.pause()
        assert app.chosen == ["0", "1", "4"], "once"


async def test_where_there_is_no_run_keys_wait_for_none() -> None:
    app = TableApp()
    async with app.run_test() as pilot:
        await pilot.press("space")
        app.show([], complete=True)
        await pilot.press("space")
        app.show(RUNS, complete=True)
        await pilot.pause()
        assert app.chosen == []
