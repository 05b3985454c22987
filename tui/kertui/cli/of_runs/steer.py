"""The commands that steer a run, made from the table of steering commands: ``kertui pause`` …

Each works from any terminal, on this host or on another that sees the run's folder.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from kertasks.recipes.bounds import MOST_EPOCHS
from kertasks.runs.steering.commands import NumberArgument, SteeringCommand
from kertasks.text.numbers import grouped
from kertui.cli.groups.named import group_named
from kertui.cli.groups.steer_group import resume_group, steer_group
from kertui.cli.groups.where import hosts_options
from kertui.cli.options import connection_of, find_run, home_of, home_option

if TYPE_CHECKING:
    from kertasks.hosts.asked import AskedHosts
    from kertasks.runs.event_file.events import Event
    from kertasks.runs.folder import RunFolder
    from kertasks.runs.state import RunState

_ANSWER = 10.0
"""Seconds to wait for an answer: most come within 0.3, but a trainer may be compiling."""

_END = 60.0
"""Seconds to wait for a run's end: it is still tested and its weights are written."""

_START = 60.0
"""Seconds to wait for a trainer that has Keras to import first."""


@click.command(short_help="Go on after a pause, or from the last checkpoint.")
@click.argument("run")
@click.option("--epochs", type=click.IntRange(1, MOST_EPOCHS), metavar="N", help="Train N in all.")
@hosts_options
@home_option
@click.pass_context
def resume(ctx: click.Context, run: str, epochs: int | None, hosts: AskedHosts | None) -> None:
    """Go on with RUN after a pause, or from its last checkpoint in a new process; with a group of
    runs after a pause, or with what is left of it.

    Stopped, failed and lost runs have such a checkpoint. A finished one goes on when --epochs
    gives it more.
    """
    from kertasks.runs.event_file.events import Resumed
    from kertasks.runs.state import RunState

    if (group := group_named(ctx, run)) is not None:
        if epochs is not None:
            raise click.UsageError("--epochs is of a run; the runs of a group have its recipe's.")
        if hosts is not None:
            raise click.UsageError("--hosts is of a run; a group is trained where it was begun.")
        resume_group(group)
        return
    found = find_run(ctx, run, elsewhere=True)
    state = found.state()
    if state is RunState.UNKNOWN:
        state = _state_after_watching(found)
    if state is RunState.PAUSED:
        if hosts is not None:
            raise click.UsageError(f"run {found.id} is paused, and goes on on the hosts it has.")
        if epochs is not None:
            _send(found, SteeringCommand.EPOCHS, epochs)
        resumed = _send(found, SteeringCommand.RESUME, until=(Resumed,))
    else:
        resumed = _resume_in_new_process(ctx, found, epochs, hosts)
    if resumed is not None:
        click.echo(f"goes on {_at(resumed)}; kertui attach {found.address} shows it")


@click.command(short_help="End a run at once, without saving.")
@click.argument("run")
@home_option
@click.pass_context
def kill(ctx: click.Context, run: str) -> None:
    """End RUN at once, without saving; what its last checkpoint has can be resumed."""
    from kertasks.runs.event_file.event_reader import last_checkpoint
    from kertasks.runs.manifest import Origin
    from kertasks.runs.steering.sending import kill as kill_run

    found = find_run(ctx, run, elsewhere=True)
    kill_run(found)
    if found.origin is Origin.SCRIPT:
        click.echo(f"killed, and {found.manifest().task} with it")
        return
    place = last_checkpoint(found.events_path)
    where = "from its beginning" if place is None else f"from its checkpoint {_at(place)}"
    click.echo(f"killed; kertui resume {found.address} goes on {where}")


def steer(run: RunFolder, command: SteeringCommand, value: float | None) -> None:
    """Ask a run's trainer, wait for what comes of it, and print that."""
    from kertasks.runs.event_file.events import (
        Failed,
        Finished,
        LearningRate,
        Paused,
        Planned,
        Stopped,
    )

    awaited: dict[SteeringCommand, tuple[type[Event], ...]] = {
        SteeringCommand.PAUSE: (Paused,),
        SteeringCommand.EPOCH: (Paused,),
        SteeringCommand.BATCH: (Paused,),
        SteeringCommand.LEARNING_RATE: (LearningRate,),
        SteeringCommand.EPOCHS: (Planned,),
        SteeringCommand.STOP: (Stopped, Finished, Failed),
        SteeringCommand.STOP_BEST: (Stopped, Finished, Failed),
    }
    match _send(run, command, value, awaited.get(command, ())):
        case None:
            return
        case Paused() as paused:
            pauses = command is SteeringCommand.PAUSE
            then = f"; kertui resume {run.address} goes on" if pauses else ""
            click.echo(f"paused {_at(paused)}{then}")
        case LearningRate() as changed:
            click.echo(f"learning rate {changed.learning_rate:g} from epoch {changed.epoch}")
        case Planned() as planned:
            most = "" if planned.epochs == value else ": so many are done or begun"
            click.echo(f"{grouped(planned.epochs)} epochs in all{most}")
        case Stopped() | Finished() | Failed() as ended:
            _print_end(run, ended)
        case _:
            done = command.row.done or f"{{folder}}: asked to {command.row.verb}, and done"
            click.echo(done.format(folder=run.shown(run.path)))


def _print_end(run: RunFolder, ended: Event) -> None:
    from kertasks.runs.home.summary import in_words, summarise

    summary = summarise(run)
    if summary is not None:
        click.echo(in_words(summary))
    restored = getattr(ended, "restored_epoch", None)
    if restored is not None:
        click.echo(f"its weights are those of epoch {grouped(restored)}")


def _send(
    run: RunFolder,
    command: SteeringCommand,
    value: float | None = None,
    until: tuple[type[Event], ...] = (),
) -> Event | None:
    """Send a command, and return the awaited event, the answer itself where none is named; None,
    and a word on it, when it did not come in time."""
    from kertasks.runs.event_file.events import Control
    from kertasks.runs.state import RunState
    from kertasks.runs.steering.sending import send_and_wait

    seconds = _END if command.row.ends else _ANSWER
    answered, event = send_and_wait(run, command, value, seconds=seconds, until=until or (Control,))
    if event is not None:
        return event
    done = "it answered, and is at it" if answered else "it has not answered yet"
    why = "loading, compiling, or a long step"
    if not answered and run.state() is RunState.UNKNOWN:
        why = f"whether {_trainer_of(run)} lives cannot be told from here"
    click.echo(
        f"asked run {run.id} to {command.row.verb}; {done} ({why}). "
        f"kertui attach {run.address} shows when it does.",
        err=True,
    )
    return None


def _resume_in_new_process(
    ctx: click.Context, run: RunFolder, epochs: int | None, hosts: AskedHosts | None
) -> Any:
    from kertasks.runs.event_file.event_reader import EventReader
    from kertasks.runs.event_file.events import Failed, Resumed
    from kertasks.runs.home.store import RunStore
    from kertasks.runs.run_errors import RunIsOver
    from kertasks.runs.steering.sending import events_for
    from kertasks.user_folders import cache_dir
    from kertui.service.training_service import TrainingService

    far = connection_of(ctx, run)
    if far is not None and hosts is not None:
        raise click.UsageError(f"--hosts is of runs of this machine: {run.address} is none.")
    service = TrainingService(RunStore(home_of(ctx)), cache_dir(), spare=False, far=far)
    reader = EventReader.at_end(run.events_path)
    try:
        service.resume(run, epochs, hosts)
        for event in events_for(run, reader, _START):
            if isinstance(event, Resumed):
                return event
            if isinstance(event, Failed):
                raise click.ClickException(event.reason)
    except RunIsOver as error:
        raise click.ClickException(
            f"the trainer of run {run.id} ended before it went on; see {run.shown(run.log_path)}"
        ) from error
    finally:
        service.close()
    click.echo(
        f"a trainer process has run {run.id} and has not begun yet; "
        f"kertui attach {run.address} shows when it does",
        err=True,
    )
    return None


def _state_after_watching(run: RunFolder) -> RunState:
    """The state of a run whose trainer cannot be seen from here. Who waits is told why, and that a
    pause needs no waiting."""
    from kertasks.runs.state import RunState, state_at_end
    from kertasks.runs.steering.sending import watch

    if state_at_end(run.events_path) is RunState.PAUSED:
        return RunState.PAUSED  # its trainer answers, or is said not to
    click.echo(
        f"whether {_trainer_of(run)} lives cannot be told from here at once: watching for its "
        "heartbeat, two minutes at most (Ctrl-C leaves, nothing is changed)",
        err=True,
    )
    return watch(run)


def _trainer_of(run: RunFolder) -> str:
    """A run's trainer, with the host it is on where that is known."""
    from kertasks.runs.run_errors import RunDamaged

    try:
        return f"the trainer of run {run.id} on {run.manifest().trained_on}"
    except RunDamaged:
        return f"the trainer of run {run.id}"


def _at(place: Any) -> str:
    """Where in a training something happened, from an event with ``epoch`` and ``step``."""
    within = f", {grouped(place.step)} batches into the next" if place.step else ""
    return f"at epoch {grouped(place.epoch)}{within}"


def _words(command: SteeringCommand) -> tuple[str, str]:
    """The name on the command line that serves a command, and the option that chooses it there."""
    name, _, option = (command.row.cli or command.replace("_", "-")).partition(" ")
    return name, option


def _number(argument: NumberArgument) -> dict[str, Any]:
    """How click reads the number that a command takes."""
    least, most = argument.least, argument.most
    if argument.whole:
        return {"type": click.IntRange(int(least), int(most)), "metavar": "N"}
    return {"type": click.FloatRange(least, most), "metavar": "X"}


def _make(name: str, served: Sequence[SteeringCommand]) -> click.Command:
    """The command of that name for the steering commands it serves."""
    params: list[click.Parameter] = [click.Argument(["run"])]
    for command in served:
        argument, option = command.row.argument, _words(command)[1]
        number = _number(argument) if argument is not None else {}
        if not option and argument is not None:
            params.append(click.Argument([str(command)], **number))
        elif option:
            said = argument.help if argument is not None else command.row.help
            flag = argument is None
            params.append(click.Option([option, str(command)], is_flag=flag, help=said, **number))

    @click.pass_context
    def carry_out(ctx: click.Context, /, run: str, **given: float | None) -> None:
        chosen = [command for command in served if _words(command)[1] and given[command]]
        chosen = chosen or [command for command in served if not _words(command)[1]]
        if not chosen:
            options = " or ".join(_words(command)[1] for command in served)
            raise click.UsageError(f"give {options}.")
        if (group := group_named(ctx, run)) is not None:
            for command in chosen:
                steer_group(group, command)
            return
        found = find_run(ctx, run, elsewhere=True)
        for command in chosen:
            takes = command.row.argument is not None
            steer(found, command, given[command] if takes else None)

    said = served[0].row.cli_help or served[0].row.help
    short = said.partition(". ")[0].removesuffix(".") + "."
    return home_option(
        click.Command(name, params=params, callback=carry_out, help=said, short_help=short)
    )


def _commands() -> tuple[click.Command, ...]:
    served = defaultdict(list)
    for command in SteeringCommand:
        served[_words(command)[0]].append(command)
    own = {"resume": resume, "kill": kill}
    return tuple(own.get(name) or _make(name, those) for name, those in served.items())


COMMANDS = _commands()
"""All of them, in the order of the help."""
