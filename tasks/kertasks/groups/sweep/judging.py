"""Whether trials can be ranked by the metric that is to decide, as Keras knows it."""

from __future__ import annotations

from kertasks.errors import nearest
from kertasks.models.check import ToldMetrics
from kertasks.runs.event_file.events import Monitor

_VALIDATION = "val_"


def why_not_ranked(told: ToldMetrics, judge: Monitor | None, *, flags: bool = True) -> str:
    """Why they cannot; empty where they can, or where it is not known.

    Args:
        told: the metrics that a run will tell of.
        judge: the one that a person named; None for that of the runs.
        flags: whether a direction is said as on the command line, not as in the dialog.
    """
    if not told.names:
        return ""
    there = [*told.names, *(f"{_VALIDATION}{name}" for name in told.names if told.validates)]
    if judge is None:
        if not told.undirected:
            return ""
        name = f"{_VALIDATION}{told.undirected}" if told.validates else told.undirected
        least, most = ("--minimize", "--maximize") if flags else ("min", "max")
        return (
            f"Keras does not know whether {name} is better when it is small or large: say "
            f"{least} {name} or {most} {name}"
        )
    if judge.name in there:
        return ""
    if judge.name.removeprefix(_VALIDATION) in told.names:
        why = "no rows are held out; there are"
    else:
        guess = nearest(judge.name, there)
        why = f"did you mean {guess}? There are" if guess else "there are"
    return f"there is no metric {judge.name}: {why} {', '.join(there)}"
