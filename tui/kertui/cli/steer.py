"""``kertui pause``, ``resume``, ``step``, ``set``, ``save``, ``stop``, ``kill``: steer a run.

Each works from any terminal, on this host or on another that sees the run's folder.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from kertasks.recipes.bounds import MOST_EPOCHS, MOST_LEARNING_RATE
from kertasks.text.numbers import grouped, short_path
from kertui.cli.options import home_of, home_option

if TYPE_CHECKING:
    from kertasks.runs.commands import Ask
    from kertasks.runs.events import Event
    from kertasks.runs.folder import RunFolder

_ANSWER = 10.0
"""Seconds to wait for an answer: most come within 0.3, but a trainer may be compiling."""

_END = 60.0
"""Seconds to wait for a run's end: it is still tested and its weights are written."""

_START = 60.0
"""Seconds to wait for a trainer that has Keras to import first."""

_STATE_EVERY = 1.0
"""Seconds between two looks at whether that trainer is still there."""

run_argument = click.argument("run")


def find_run(ctx: click.Context, text: str) -> RunFolder:
    """The run a person means: an id, a part of one that only it has, or ``last``.

    Raises:
        UnknownRun: there is none, or there are several.
    """
    from kertasks.runs.store import RunStore

    return RunStore(home_of(ctx)).find(text)


@click.command(short_help="Let a run wait at the end of the batch under way.")
@run_argument
@home_option
@click.pass_context
def pause(ctx: click.Context, run: str) -> None:
    """Let RUN wait at the end of the batch under way."""
    from kertasks.runs.commands import Ask
    from kertasks.runs.events import Paused

    found = find_run(ctx, run)
    paused = _ask(found, Ask.PAUSE, until=Paused)
    if paused is not None:
        click.echo(f"paused {_at(paused)}; kertui resume {found.id} goes on")


@click.command(short_help="Go on after a pause, or from the last checkpoint.")
@run_argument
@click.option("--epochs", type=click.IntRange(1, MOST_EPOCHS), metavar="N", help="Train N in all.")
@home_option
@click.pass_context
def resume(ctx: click.Context, run: str, epochs: int | None) -> None:
    """Go on with RUN after a pause, or from its last checkpoint in a new process.

    Stopped, failed and lost runs have such a checkpoint. A finished one goes on when --epochs
    gives it more.
    """
    from kertasks.runs.commands import Ask
    from kertasks.runs.events import Resumed
    from kertasks.runs.state import RunState

    found = find_run(ctx, run)
    if found.state() is RunState.PAUSED:
        if epochs is not None:
            _ask(found, Ask.EPOCHS, epochs)
        resumed = _ask(found, Ask.RESUME, until=Resumed)
    else:
        resumed = _resume_in_new_process(ctx, found, epochs)
    if resumed is not None:
        click.echo(f"goes on {_at(resumed)}; kertui attach {found.id} shows it")


@click.command(short_help="Train to the end of one epoch or batch, and pause.")
@run_argument
@click.option("--batch", is_flag=True, help="One batch instead of one epoch.")
@home_option
@click.pass_context
def step(ctx: click.Context, run: str, batch: bool) -> None:
    """Train RUN to the end of an epoch (or by one batch), and pause there."""
    from kertasks.runs.commands import Ask
    from kertasks.runs.events import Paused

    paused = _ask(find_run(ctx, run), Ask.BATCH if batch else Ask.EPOCH, until=Paused)
    if paused is not None:
        click.echo(f"paused {_at(paused)}")


@click.command("set", short_help="Change learning rate or number of epochs.")
@run_argument
@click.option(
    "--learning-rate",
    type=click.FloatRange(0, MOST_LEARNING_RATE, min_open=True),
    metavar="X",
    help="From the next batch on.",
)
@click.option("--epochs", type=click.IntRange(1, MOST_EPOCHS), metavar="N", help="How many in all.")
@home_option
@click.pass_context
def set_(ctx: click.Context, run: str, learning_rate: float | None, epochs: int | None) -> None:
    """Change the learning rate or the number of epochs of RUN while it goes on."""
    from kertasks.runs.commands import Ask
    from kertasks.runs.events import LearningRate, Planned

    if learning_rate is None and epochs is None:
        raise click.UsageError("give --learning-rate X or --epochs N, or both.")
    found = find_run(ctx, run)
    if learning_rate is not None:
        changed = _ask(found, Ask.LEARNING_RATE, learning_rate, until=LearningRate)
        if changed is not None:
            click.echo(f"learning rate {changed.learning_rate:g} from epoch {changed.epoch}")
    if epochs is not None:
        planned = _ask(found, Ask.EPOCHS, epochs, until=Planned)
        if planned is not None:
            most = "" if planned.epochs == epochs else ": so many are done or begun"
            click.echo(f"{grouped(planned.epochs)} epochs in all{most}")


@click.command(short_help="Write a run's weights and a checkpoint now.")
@run_argument
@home_option
@click.pass_context
def save(ctx: click.Context, run: str) -> None:
    """Write RUN's weights and a checkpoint now."""
    from kertasks.runs.commands import Ask
    from kertasks.runs.events import Control

    found = find_run(ctx, run)
    if _ask(found, Ask.SAVE, until=Control) is not None:
        click.echo(f"saved {short_path(found.model_path)}")


@click.command(short_help="End a run and keep its weights.")
@run_argument
@click.option("--best", is_flag=True, help="Keep the weights of the best epoch, not the last.")
@home_option
@click.pass_context
def stop(ctx: click.Context, run: str, best: bool) -> None:
    """End RUN and keep its weights; kertui resume can still go on with it."""
    from kertasks.runs.commands import Ask
    from kertasks.runs.events import Failed, Finished, Stopped
    from kertasks.runs.summary import in_words, summarise

    found = find_run(ctx, run)
    name = Ask.STOP_BEST if best else Ask.STOP
    ended = _ask(found, name, until=(Stopped, Finished, Failed), seconds=_END)
    if ended is None:
        return
    summary = summarise(found)
    if summary is not None:
        click.echo(in_words(summary))
    restored = getattr(ended, "restored_epoch", None)
    if restored is not None:
        click.echo(f"its weights are those of epoch {grouped(restored)}")


@click.command(short_help="End a run at once, without saving.")
@run_argument
@home_option
@click.pass_context
def kill(ctx: click.Context, run: str) -> None:
    """End RUN at once, without saving; what its last checkpoint has can be resumed."""
    from kertasks.runs.ask_and_wait import kill as kill_run
    from kertasks.runs.event_reader import last_checkpoint

    found = find_run(ctx, run)
    kill_run(found)
    place = last_checkpoint(found.events_path)
    where = "from its beginning" if place is None else f"from its checkpoint {_at(place)}"
    click.echo(f"killed; kertui resume {found.id} goes on {where}")


def _ask(
    run: RunFolder,
    name: Ask,
    value: float | None = None,
    *,
    until: Any = None,
    seconds: float = _ANSWER,
) -> Any:
    """Ask, and return the awaited event; None, and a word on it, when none came in time."""
    from kertasks.runs.ask_and_wait import ask_and_wait, said

    matches: Callable[[Event], bool] | None = None
    if until is not None:
        matches = lambda event: isinstance(event, until)  # noqa: E731
    answer = ask_and_wait(run, name, value, seconds=seconds, until=matches)
    for event in reversed(answer.events):
        if matches is not None and matches(event):
            return event
    done = "it answered, and is at it" if answer.answered else "it has not answered yet"
    click.echo(
        f"asked run {run.id} to {said(name)}; {done} (loading, compiling, or a long step). "
        f"kertui attach {run.id} shows when it does.",
        err=True,
    )
    return None


def _resume_in_new_process(ctx: click.Context, run: RunFolder, epochs: int | None) -> Any:
    from kertasks.runs.event_reader import EventReader
    from kertasks.runs.events import Failed, Resumed
    from kertasks.runs.state import RunState
    from kertasks.runs.store import RunStore, cache_dir
    from kertui.service.training_service import TrainingService

    service = TrainingService(RunStore(home_of(ctx)), cache_dir(), spare=False)
    reader = EventReader.at_end(run.events_path)
    try:
        service.resume(run, epochs)
        deadline = time.monotonic() + _START
        look_at_state = time.monotonic() + _STATE_EVERY
        while time.monotonic() < deadline:
            for event in reader.read():
                if isinstance(event, Resumed):
                    return event
                if isinstance(event, Failed):
                    raise click.ClickException(event.reason)
            if time.monotonic() >= look_at_state:
                look_at_state = time.monotonic() + _STATE_EVERY
                if run.state() is RunState.LOST:
                    raise click.ClickException(
                        f"the trainer of run {run.id} ended before it went on; "
                        f"see {short_path(run.log_path)}"
                    )
            time.sleep(0.05)
    finally:
        service.close()
    click.echo(
        f"a trainer process has run {run.id} and has not begun yet; "
        f"kertui attach {run.id} shows when it does",
        err=True,
    )
    return None


def _at(place: Any) -> str:
    """Where in a training, from an event with ``epoch`` and ``step``."""
    within = f", {grouped(place.step)} batches into the next" if place.step else ""
    return f"at epoch {grouped(place.epoch)}{within}"


COMMANDS = (pause, resume, step, set_, save, stop, kill)
"""All of them, in the order of the help."""
