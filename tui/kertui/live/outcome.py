"""How a run ended, in words: what came out, where it is kept, what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from kertasks.runs.events import Failed, Finished, Stopped
from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState
from kertasks.text import numbers as formatting


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the pane says of a run that is over."""

    state: RunState
    head: str
    """The result, or the reason."""

    facts: tuple[str, ...]
    """Short, dim: epochs, best epoch, time, where the weights are."""


@dataclass(frozen=True, slots=True)
class NextSteps:
    """How a person goes on after a run's end, in words that fit where they are read."""

    resume: str
    """Followed by from where."""

    extend: str
    log: str


KEYS = NextSteps("r resumes", "E trains on", "l shows the log")
"""In the live pane."""


def outcome(
    history: RunHistory, state: RunState, weights: str, steps: NextSteps = KEYS
) -> Outcome | None:
    """The outcome of a run; None while it goes on.

    Args:
        history: of the run.
        state: as its folder says.
        weights: where its network is kept.
        steps: how to go on.
    """
    ended = history.ended
    if state is RunState.REMOVED:
        left = "what is shown here is all that is left of it"
        facts = [_epochs(history.epochs), left] if history.epochs else []
        return Outcome(state, "its folder was removed", tuple(facts))
    if isinstance(ended, Failed):
        return Outcome(RunState.FAILED, ended.reason, _after_failure(history, steps))
    if isinstance(ended, Finished):
        facts = [*_tally(history, ended), steps.extend, f"network in {weights}"]
        return Outcome(RunState.FINISHED, _result(history, ended), tuple(facts))
    if isinstance(ended, Stopped):
        whose = "weights"
        if ended.restored_epoch is not None:
            whose = f"weights of epoch {formatting.grouped(ended.restored_epoch)}"
        facts = [*_tally(history, ended), _resumes(history, steps), f"{whose} kept in {weights}"]
        return Outcome(RunState.STOPPED, _result(history, ended), tuple(facts))
    if state is RunState.LOST:
        return Outcome(
            RunState.LOST,
            "the trainer is gone and wrote no end: it was killed, perhaps for want of memory, "
            "or its machine stopped",
            _after_failure(history, steps),
        )
    return None


def _after_failure(history: RunHistory, steps: NextSteps) -> tuple[str, ...]:
    if not history.epochs:
        return (steps.log, "change the recipe and start again")
    return (_epochs(history.epochs), _resumes(history, steps), steps.log)


def _resumes(history: RunHistory, steps: NextSteps) -> str:
    """Where it would go on from."""
    place = history.checkpoint
    if place is None:
        return f"{steps.resume} from the beginning"
    within = f", step {formatting.grouped(place.step)}" if place.step else ""
    return f"{steps.resume} from epoch {formatting.grouped(place.epoch)}{within}"


def _result(history: RunHistory, ended: Finished | Stopped) -> str:
    text = formatting.test_result(ended.test, ended.unit)
    if text:
        return text
    if history.last is None:
        return "before the first epoch was done"
    for name in ("val_accuracy", "accuracy", "val_loss", "loss"):
        if name in history.last.metrics:
            value = formatting.metric(name, history.last.metrics[name])
            return f"{formatting.metric_label(name)} {value}"
    return ""


def _tally(history: RunHistory, ended: Finished | Stopped) -> list[str]:
    planned = history.planned or ended.epochs
    facts = [_epochs(ended.epochs)]
    if ended.epochs < planned:
        facts[0] = f"{formatting.grouped(ended.epochs)} of {_epochs(planned)}"
    if ended.best_epoch is not None:
        facts.append(f"best epoch {formatting.grouped(ended.best_epoch)}")
    if history.started is not None:
        facts.append(formatting.duration(history.elapsed(ended.t)))
    return facts


def _epochs(count: int) -> str:
    return f"{formatting.grouped(count)} epoch{'' if count == 1 else 's'}"
