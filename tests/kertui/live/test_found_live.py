"""What was found while a run trained, in the live pane."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.support.live_app import START, LiveApp, newswires, record
from tests.support.piloting import until

from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.runs.event_file.events import Advised, Event, Finished
from kertui.live.outcome import OutcomeLines
from kertui.live.pane import LivePane
from kertui.plotting.strips import text_of
from kertui.rows.plot_area import PlotArea
from kertui.rows.rows_widget import RowsWidget

DEAD = Finding(
    code="dead-after-training",
    fault=Fault.ACTIVATION,
    severity=Severity.WARNING,
    sentence="100% of the ReLUs of layer 0 are off for every row",
    layer=0,
)


def text(widget: RowsWidget) -> str:
    return "\n".join(text_of(row).rstrip() for row in widget.rows)


def is_as_wide(app: LiveApp, width: int) -> bool:
    return app.query_one(PlotArea).size.width >= width - 4


def advised() -> Iterator[Event]:
    yield from newswires(20)
    yield Advised(START + 9, 10, DEAD)
    yield Finished(START + 12, 20, 9, None, None, finding=DEAD)


@pytest.mark.parametrize("ascii_only", [False, True])
async def test_it_is_marked_on_the_curve_and_named_at_the_end(
    tmp_path: Path, ascii_only: bool
) -> None:
    app = LiveApp(ascii=ascii_only, colour=not ascii_only)
    sign, corner = ("!", "+") if ascii_only else ("▲", "└")
    async with app.run_test(size=(80, 24)) as pilot:
        app.query_one(LivePane).follow(record(tmp_path / "run", advised()))
        await until(pilot, lambda: bool(app.ended))
        for size in ((80, 24), (120, 36)):
            await pilot.resize_terminal(*size)
            await until(pilot, partial(is_as_wide, app, size[0]))
            await pilot.pause()
            area, lines = app.query_one(PlotArea), app.query_one(OutcomeLines)
            axis = next(
                line for line in text(area).splitlines() if line.lstrip().startswith(corner)
            )
            assert size[0] / 3 < axis.index(sign) < 2 * size[0] / 3
            said = text(lines).splitlines()
            assert f"{sign} 100% of the ReLUs of layer 1 are off for every row" in said
            assert len(said) == lines.size.height
