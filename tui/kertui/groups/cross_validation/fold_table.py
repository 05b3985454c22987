"""The folds of a cross-validation as a table, under what they come to together."""

from __future__ import annotations

from collections.abc import Sequence

from kertasks.runs.state import RunState
from kertasks.text.numbers import counted, grouped, metric_label
from kertui.groups.cross_validation.folds_seen import FoldSeen, FoldsSeen
from kertui.groups.group_table import GAP, GroupColumn, GroupTable, column, fitting, in_columns
from kertui.plotting.strips import Row, cells, fit, put, text_of
from kertui.terminal.glyphs import Glyphs
from kertui.text.device_words import device_words, devices_said
from kertui.text.fitting_text import fitted
from kertui.text.group_figures import metric_spread, metric_value
from kertui.text.run_state_look import STATE_LOOKS

_LEAST_NAME = 8
_STATE = 10
_LEAST_SAID = 16
"""Cells of what is said of a fold where it is cut; what went wrong stands below the curves too."""

_ALL_ROWS = "all rows"


class FoldTable(GroupTable[FoldSeen]):
    """A row a fold, the run on all rows after them; the cursor's stands out among the curves."""

    HEAD = 2
    """The titles and the mean."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: FoldsSeen | None = None

    def show(self, seen: FoldsSeen) -> None:
        """Show the folds as they are now, the run on all rows after them where it is asked for."""
        self._seen = seen
        self.take([*seen.folds, *([seen.final] if seen.final is not None else [])])

    def can_open(self, entry: FoldSeen) -> bool:
        """Whether it has begun."""
        return entry.run is not None

    def draw_head(self, width: int, glyphs: Glyphs) -> list[Row]:
        """The titles and the mean."""
        seen = self._seen
        if seen is None:
            return []
        columns = self._columns(seen, width)
        return [self.titles(columns, glyphs), self._mean(seen, columns, width, glyphs)]

    def draw_line(self, place: int, width: int, glyphs: Glyphs) -> Row:
        """The line of a fold, or of the run on all rows."""
        seen, here = self._seen, place == self.at
        if seen is None:
            return []
        columns = self._columns(seen, width)
        return self._line(self._entries[place], seen, columns, width, glyphs, here=here)

    def _columns(self, seen: FoldsSeen, width: int) -> Sequence[GroupColumn]:
        entries, judge = self._entries, metric_label(seen.judge)
        names = [*(one.name for one in seen.folds), _ALL_ROWS if seen.final else ""]
        mean, sd = _mean_words(seen)
        columns = [
            column("fold", [*names, " " * _LEAST_NAME], right=False),
            column("state", [" " * _STATE], right=False),
            column("epochs", [_widest_epochs(seen), *map(_epochs, entries)]),
            column("best epoch", [""]),
            column(judge, [mean, *(_value(one, seen) for one in seen.folds)]),
            column("± sd", [sd]),
            column("rows", (grouped(one.rows) for one in seen.folds)),
        ]
        if words := device_words(one.device for one in entries):
            columns.append(column("device", words.values(), right=False))
        return fitting(columns, ("rows", "device", "epochs", "state"), width)

    def _line(
        self,
        one: FoldSeen,
        seen: FoldsSeen,
        columns: Sequence[GroupColumn],
        width: int,
        glyphs: Glyphs,
        *,
        here: bool,
    ) -> Row:
        is_final, judge = one is seen.final, metric_label(seen.judge)
        going = one.state is not None and not one.state.is_over
        texts = {
            "fold": (_ALL_ROWS if is_final else one.name, "strong" if here else ""),
            "state": _state(one),
            "epochs": (_epochs(one), "" if going else "dim"),
        }
        if not is_final:
            texts |= {
                "best epoch": ("" if one.best_epoch is None else grouped(one.best_epoch), ""),
                judge: (_value(one, seen), ""),
                "rows": (grouped(one.rows) if one.rows else "", "dim"),
            }
        if any(each.title == "device" for each in columns):
            words = device_words(each.device for each in self._entries)
            texts["device"] = devices_said([one.device], words), "dim"
        row = in_columns(columns, {name: cells(*words) for name, words in texts.items()})
        if is_final and one.said:  # it has no fold of its own to be best on
            row = row[: sum(each.width + GAP for each in columns[:3]) - GAP]
        room = width - len(row) - GAP
        said = one.said if len(one.said) <= room else one.said_in_short or one.said
        if len(said) <= room or room >= _LEAST_SAID:
            role = "bad" if one.state is RunState.FAILED else ""
            row += cells(" " * GAP) + cells(fitted(said, room, glyphs), role)
        return fit(row, width)

    def _mean(
        self, seen: FoldsSeen, columns: Sequence[GroupColumn], width: int, glyphs: Glyphs
    ) -> Row:
        """The best epoch of the mean over the folds, in the columns of their own."""
        if seen.best is None:
            return cells("no mean yet", "dim")
        mean, sd = _mean_words(seen)
        texts = {
            "best epoch": cells(glyphs.best, "best") + cells(f" {grouped(seen.best.epoch)}"),
            metric_label(seen.judge): cells(mean, "strong"),
            "± sd": cells(sd, "strong"),
        }
        row = in_columns(columns, texts)
        put(row, 0, cells("mean", "validation"))
        room = len(row) - len(text_of(row)[len("mean") :].lstrip()) - len("mean") - 1
        asked = len(seen.folds)
        of = counted(asked, "fold") if seen.meant == asked else f"{seen.meant} of {asked} folds"
        for said in (f" of {of}", f" of {seen.meant}/{asked}"):
            if len(said) <= room:
                put(row, len("mean"), cells(said, "dim"))
                break
        others = [
            f"{metric_label(name)} {metric_spread(name, found.mean, found.sd, seen.unit)}"
            for name, found in seen.best.spreads.items()
            if name != seen.judge
        ]
        more = cells(" " * GAP) + cells(", ".join(others), "dim")
        if others and len(row) + len(more) <= width:
            row += more
        return fit(row, width)


def _state(one: FoldSeen) -> tuple[str, str]:
    """What a fold is doing in a word, and its role."""
    if one.state is None:
        return "waits", "dim"
    if one.starting:
        return "starting", "dim"
    return one.state.value, STATE_LOOKS[one.state].role


def _epochs(one: FoldSeen) -> str:
    """How many epochs are done, and of how many where it has not done all."""
    if one.run is None:
        return ""
    all_done = one.state is RunState.FINISHED or one.epochs == one.planned
    return grouped(one.epochs) + ("" if all_done else f"/{grouped(one.planned)}")


def _widest_epochs(seen: FoldsSeen) -> str:
    """The widest text there may be, so that nothing moves while folds go on."""
    planned = grouped(max((one.planned for one in seen.folds), default=0))
    return f"{planned}/{planned}" if seen.state.goes_on else ""


def _value(one: FoldSeen, seen: FoldsSeen) -> str:
    return "" if one.best is None else metric_value(seen.judge, one.best, seen.unit)


def _mean_words(seen: FoldsSeen) -> tuple[str, str]:
    """The best mean and its standard deviation: ``("$2,226", "± $177")``."""
    if seen.best is None:
        return "", ""
    spread = seen.best.spreads[seen.judge]
    sd = metric_value(seen.judge, spread.sd, seen.unit).removesuffix(f" {seen.unit}")
    return metric_value(seen.judge, spread.mean, seen.unit), f"± {sd}"
