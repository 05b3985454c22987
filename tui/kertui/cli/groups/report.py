"""What a cross-validation came to, as lines for people and as plain data for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kertasks.groups.record import FINAL
from kertasks.groups.results import Spread, results_of, unit_of
from kertasks.runs.events import Finished, Stopped
from kertasks.runs.state import RunState
from kertasks.text.json_numbers import plain
from kertasks.text.numbers import counted, grouped, in_unit, metric, metric_label
from kertui.cli.columns import in_columns

if TYPE_CHECKING:
    from kertasks.groups.folder import GroupFolder
    from kertasks.groups.history import GroupHistory, MemberHistory
    from kertasks.groups.results import GroupResults

_GAP = 3


def unit_of_task(group: GroupHistory) -> str | None:
    """The unit of the task's target; None for a pure number, for classes, and for a task that is
    not here any more."""
    from kertasks.errors import UserError
    from kertasks.registry import find_task

    try:
        return find_task(group.record.task).unit
    except UserError:
        return None


def lines_of(group: GroupHistory) -> Iterator[str]:
    """The folds as a table, and the best epoch of their mean."""
    results, unit = results_of(group), unit_of_task(group)
    name = results.judge.name
    if not results.folds:
        yield "no fold has begun"
        return
    rows = [("fold", "rows", "best epoch", metric_label(name))]
    for one in results.folds:
        epoch = "" if one.best_epoch is None else grouped(one.best_epoch)
        key = one.key.removeprefix("fold ")
        rows.append((key, grouped(one.rows), epoch, _value(name, one.best, unit)))
    yield from in_columns(rows, "lrrr", _GAP)
    best = results.best
    if results.best_epoch is None:
        yield "no best epoch: there is none yet that all folds have done"
        return
    said = f"{metric_label(name)} {_spread(name, best[name], unit)}"
    mean = f"best in the mean of {_of_folds(group, results)}"
    yield f"{mean}: epoch {grouped(results.best_epoch)}, {said}"
    others = [each for each in best if each.startswith("val_") and each != name]
    if others:
        each = [f"{metric_label(one)} {_spread(one, best[one], unit)}" for one in others]
        yield f"there {', '.join(each)}"
    final = group.members.get(FINAL)
    if final is not None:
        yield _final_line(final)


def group_line(group: GroupFolder, known: Mapping[str, RunState]) -> str:
    """A group in a line, for a list.

    Args:
        group: the group.
        known: what runs are doing, by their ids, as far as it was looked at.

    Raises:
        GroupDamaged: its record cannot be read.
    """
    record = group.record()
    states = {
        one.key: known[one.run] if one.run in known else group.run(one).state()
        for one in group.members()
    }
    done = sum(state is RunState.FINISHED for state in states.values())
    what = f"{record.asked.folds} folds of {record.task}, {record.recipe}"
    runs = f"{done}/{record.asked.runs} finished"
    return f"group {group.id}: {what}; {runs}; {group.state(lambda: states)}"


def finished(group: GroupHistory, state: str, seconds: float | None = None) -> dict[str, Any]:
    """The last event of a cross-validation: what it came to."""
    results = results_of(group)
    best: dict[str, Any] | None = None
    if results.best_epoch is not None:
        spreads = {name: {"mean": one.mean, "sd": one.sd} for name, one in results.best.items()}
        best = {"epoch": results.best_epoch} | spreads
    said: dict[str, Any] = {
        "event": state,
        "group": group.group.id,
        "metric": results.judge.name,
        "mode": results.judge.mode,
        "unit": unit_of(results.judge.name, unit_of_task(group)),
        "best": best,
        "folds": [
            {
                "key": one.key,
                "run": one.run,
                "rows": one.rows,
                "epochs": one.epochs,
                "best_epoch": one.best_epoch,
                "best": one.best,
            }
            for one in results.folds
        ],
    }
    final = group.members.get(FINAL)
    if final is not None:
        ended = final.history.ended
        said["final"] = {
            "run": final.run.id,
            "epochs": final.history.epochs,
            "test": getattr(ended, "test", None),
        }
    if seconds is not None:
        said["seconds"] = seconds
    found: dict[str, Any] = plain(said)
    return found


def _of_folds(group: GroupHistory, results: GroupResults) -> str:
    """How many folds the mean is of."""
    asked = len(group.record.asked.parts)
    done = len(results.folds)
    return counted(asked, "fold") if done == asked else f"{done} of {counted(asked, 'fold')}"


def _final_line(final: MemberHistory) -> str:
    from kertasks.text.result import tested_in_full

    history = final.history
    said = f"on all rows, {counted(history.epochs, 'epoch')}: run {final.run.id}"
    ended = history.ended
    tested = tested_in_full(ended) if isinstance(ended, Finished | Stopped) else ""
    return f"{said}, {tested}" if tested else said


def _value(name: str, value: float, unit: str | None) -> str:
    of = unit_of(name, unit)
    return in_unit(value, of) if of else metric(name, value)


def _spread(name: str, spread: Spread, unit: str | None) -> str:
    mean, sd = _value(name, spread.mean, unit), _value(name, spread.sd, unit)
    return f"{mean.removesuffix(f' {unit}')} ± {sd}"  # "43.5 ± 5.5 points", "$2,226 ± $177"
