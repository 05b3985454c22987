"""The line on which a person goes back to the epochs whose weights are kept."""

from __future__ import annotations

import time
from bisect import bisect_left

from textual import events
from textual.message import Message
from textual.timer import Timer

from kertasks.runs.history import RunHistory
from kertasks.runs.looking.kept_epochs import nearest_kept
from kertasks.runs.looking.view import Moment
from kertasks.text.numbers import grouped
from kertui.plotting.strips import Row, cells, fit, put
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import Glyphs, glyphs_for

_LASTS = 12.0
"""Seconds that a film takes, about."""

_FRAME = 0.1
"""Seconds between two frames at least."""

_LONGEST_FRAME = 0.5
"""The same at most, of a film of few frames."""

_PATIENCE = 3.0
"""Seconds for which a frame is waited for."""

_LEAST = 24
"""Columns of the line before the keys beside it are left out."""

_GAP = 3


class EpochSlider(RowsWidget):
    """Shows which epochs can be looked at, the best one, and which is looked at; moves there by key
    and mouse, and plays them as a film.

    It holds which moment is looked at, and tells where a person chose another.
    """

    DEFAULT_CSS = """
    EpochSlider { height: 1; }
    """

    class Chosen(Message):
        """A person wants to look at another moment."""

    def __init__(self) -> None:
        super().__init__()
        self._history = RunHistory()
        self._kept: tuple[int, ...] = ()
        self.moment = Moment()
        """Whose weights are looked at: the latest there are, or those of an epoch."""

        self._over = False
        self.computing = False
        """Whether what is looked at is still awaited: a film waits for it."""

        self._film: Timer | None = None
        self._frame_at = 0.0
        """When the frame that is shown was chosen, by ``monotonic``."""

        self._keys: list[tuple[int, int, str]] = []
        """Where on the line the keys are named: first column, column after it, action."""

        self._columns = 0
        """Of the line itself."""

    @property
    def can_move(self) -> bool:
        """Whether there is an epoch of the past to look at."""
        return len(self._kept) > 1

    @property
    def plays(self) -> bool:
        """Whether a film is shown."""
        return self._film is not None

    def show(
        self,
        history: RunHistory,
        kept: tuple[int, ...],
        *,
        over: bool,
    ) -> None:
        """Show what can be looked at, and what is.

        Args:
            history: of the run.
            kept: the epochs that can be, in their order.
            over: whether the run is.
        """
        last = self._last_of(history)
        self._history, self._over = history, over
        self._kept = kept[: bisect_left(kept, last + 1)]
        if self._film is not None and not self.can_move:
            self.stop()
        here = self.moment.epoch
        if here is not None and self._kept and here not in self._kept:
            # It was thinned out while it was looked at, or trained anew.
            self._choose(nearest_kept(self._kept, here))
        self.redraw()

    def look_at(self, epoch: int | None) -> None:
        """Look at the weights of an epoch that is kept, or at the latest for None."""
        self.stop()
        self._choose(epoch)

    def forget(self) -> None:
        """Another run is shown, as it is now."""
        self.stop()
        self.moment = Moment()

    # Moving

    def move(self, steps: int) -> None:
        """Go so many kept epochs further; past the last one it is the present again."""
        self.stop()
        self._move(steps)

    def back_to_present(self) -> None:
        """Look at the weights there are now."""
        self.look_at(None)

    def play_or_stop(self) -> None:
        """Show all kept epochs one after the other, from the one that is looked at; or stop."""
        if self._film is not None:
            self.stop()
        elif self.can_move:
            if self.moment.epoch is None:
                self._choose(self._kept[0])
            frame = min(_LONGEST_FRAME, max(_FRAME, _LASTS / len(self._kept)))
            self._frame_at = time.monotonic()
            self._film = self.set_interval(frame, self._next_frame)
        self.redraw()

    def stop(self) -> None:
        """End the film, where one is shown."""
        if self._film is not None:
            self._film.stop()
            self._film = None
            self.redraw()

    def _next_frame(self) -> None:
        now = time.monotonic()
        passed = now - self._frame_at
        if self.computing and passed < _PATIENCE:
            return
        self._frame_at = now
        # Where frames take long some are left out.
        self._move(max(1, round(len(self._kept) * min(passed, 1.0) / _LASTS)))
        if self.moment.epoch is None:
            self.stop()

    def _move(self, steps: int) -> None:
        kept, end = self._kept, len(self._kept)
        if not kept:
            return
        here = self.moment.epoch
        at = end if here is None else bisect_left(kept, here)
        if here is None and steps < 0 and self._over and kept[-1] == self._last_of(self._history):
            at -= 1  # which is what is looked at already
        at = max(0, at + steps)
        self._choose(kept[at] if at < end else None)

    def _choose(self, epoch: int | None) -> None:
        moment = Moment(epoch=epoch)
        if moment != self.moment:
            self.moment = moment
            self.post_message(self.Chosen())

    # The mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Go where the mouse is, and follow it."""
        event.stop()
        for start, stop, action in self._keys:
            if start <= event.x < stop:
                getattr(self, action)()
                return
        if event.x < self._columns:
            self.capture_mouse()
            self._go_to(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the mouse while its button is down."""
        if self.app.mouse_captured is self:
            self._go_to(event.x)

    def on_mouse_up(self) -> None:
        """Stay at the epoch where the button was let go."""
        self.capture_mouse(False)

    def _go_to(self, column: int) -> None:
        self.stop()
        last, room = self._last_of(self._history), self._columns - 1
        if not self._kept or column >= room:
            self._choose(None)
        else:
            self._choose(nearest_kept(self._kept, 1 + round(column * (last - 1) / max(1, room))))

    # Drawing

    def draw_rows(self, width: int) -> None:
        """Draw the line, what is looked at, and the keys."""
        signs, history = glyphs_for(self.app), self._history
        last, here = self._last_of(history), self.moment.epoch
        present = "end" if self._over else "live"
        said = present if here is None else f"epoch {grouped(here)}"
        label = cells(
            said.rjust(len(f"epoch {grouped(last)}")), "dim" if here is None else "chosen"
        )
        film = "stop" if self.plays else "film"
        keys = [
            ("[ ] epoch", ""),
            (f"F {film}", "play_or_stop"),
            (f"g {present}", "back_to_present"),
        ]
        hints = sum(len(words) + _GAP for words, _ in keys)
        self._columns = width - len(label) - 1
        self._keys = []
        if self._columns - hints >= _LEAST:
            self._columns -= hints
        else:
            keys = []
        self._columns = max(0, self._columns)
        row = [*self._line(signs, last), (" ", ""), *label]
        for words, action in keys:
            row += cells(" " * _GAP)
            if action:
                self._keys.append((len(row), len(row) + len(words), action))
            row += cells(words, "dim")
        self.show_rows([fit(row, width)])

    def _line(self, signs: Glyphs, last: int) -> Row:
        columns = self._columns
        line = cells(signs.horizontal * columns, "axis")

        def mark(epoch: int, sign: str, role: str) -> None:
            at = round((epoch - 1) * (columns - 1) / max(1, last - 1))
            put(line, max(0, min(at, columns - 1)), cells(sign, role))

        sparse = 2 * len(self._kept) < columns
        for epoch in self._kept:
            mark(epoch, signs.tick_below if sparse else signs.horizontal, "dim")
        best = self._history.best_epoch
        if best is not None:
            mark(best, signs.best, "best")
        mark(self.moment.epoch or last, signs.thumb, "chosen")
        return line

    @staticmethod
    def _last_of(history: RunHistory) -> int:
        return 0 if history.last is None else history.last.epoch
