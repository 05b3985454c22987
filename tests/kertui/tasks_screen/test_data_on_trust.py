"""The card of data of which something is wrong: it is told there, and the interface goes on."""

from __future__ import annotations

import pytest
from tests.support.own_tasks import OwnTasks
from tests.support.piloting import until
from tests.support.recorded_service import RecordedService
from textual.widgets import Static

from kertasks.data.described.describing import describe
from kertasks.data.described.description import Description, ImageSample
from kertasks.registry import find_task
from kertui.app import KertuiApp
from kertui.plotting.grey_pictures import draw_images
from kertui.terminal.capabilities import Capabilities
from kertui.terminal.glyphs import ASCII, UNICODE

ROWS = "y = np.repeat([0, 1, 2], 4)\nx = np.arange(24.0).reshape(12, 2)\n"
TASKS = {
    "gap": (f"{ROWS}x[7, 1] = np.nan", "x holds nan in row 7, column 1"),
    "shifted": (f"{ROWS}y = y + 1", "labels 1, 2, 3 do not fit the 3 class names"),
    "halves": (f"{ROWS}y = y / 2", "labels 0, 0.5, 1 do not fit the 3 class names"),
    "none": (f"{ROWS}x, y = x[:0], y[:0]", "there are no rows to train on"),
    "words": (f"{ROWS}x = x.astype(str)", "x holds texts (dtype <U32); Keras takes numbers"),
    "shorter": (f"{ROWS}y = y[:9]", "x holds 12 rows, y holds 9"),
    "lost": (f"{ROWS}x[:] = np.nan", "x holds nan in row 0, column 0 and in 11 more rows"),
}


class DescribingService(RecordedService):
    """Describes what there is, in this process."""

    def describe(self, task: str, variant: str | None, seed: int = 0) -> Description:
        return describe(find_task(task), find_task(task).load(variant, seed))


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_card_tells_what_is_wrong_with_data(
    service: RecordedService, own_tasks: OwnTasks, size: tuple[int, int]
) -> None:
    for name, (body, _) in TASKS.items():
        own_tasks.add(name, body)
    app = KertuiApp(DescribingService(service.store.home), Capabilities())
    async with app.run_test(size=size) as pilot:
        for name, (_, fault) in TASKS.items():
            await pilot.press(*name)

            def is_told(fault: str = fault) -> bool:
                facts = str(app.screen.query_one("#card-facts", Static).render())
                return fault in " ".join(facts.split())

            await until(pilot, is_told)
            await pilot.press(*["backspace"] * len(name))
    assert app.crash_line is None


@pytest.mark.parametrize("colour", [True, False])
def test_pixels_that_are_no_numbers_are_drawn_as_nothing(colour: bool) -> None:
    pixels = ((float("nan"), 0.5), (7.0, -3.0))
    for glyphs in (ASCII, UNICODE):
        assert draw_images([ImageSample("a", pixels)], 20, 8, glyphs, colour)
