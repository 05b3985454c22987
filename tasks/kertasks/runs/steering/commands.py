"""The steering commands, one row each.

Keys, footer, help, command line and words of the interface come from the rows; what a command
does is its effect in ``kertasks.trainer.callbacks.steering``. Adding one is a row and an effect.
Imports next to nothing: the command line's help is made from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kertasks.recipes.bounds import LEAST_LEARNING_RATE, MOST_EPOCHS, MOST_LEARNING_RATE


@dataclass(frozen=True, slots=True)
class NumberArgument:
    """The number that a command takes."""

    name: str
    """What it is, with its article, for example ``"a learning rate"``."""

    least: float
    most: float
    whole: bool
    help: str
    """Said of the command line's option."""

    @property
    def allowed(self) -> str:
        """The numbers that are allowed, in words."""
        if self.whole:
            return f"a whole number from {self.least} to {self.most}"
        return f"a number from {self.least:.1e} to {self.most:.1e}"

    def allows(self, value: float | None) -> bool:
        """Whether a trainer would take the value."""
        if value is None or not self.least <= value <= self.most:
            return False
        return not self.whole or value == int(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRow:
    """All that is known of a steering command besides its name and its effect in the trainer."""

    key: str
    """The workbench's key, free of other commands that act at the same time."""

    label: str
    """The footer's words for the key."""

    help: str
    """A sentence for ``?``, the command palette and the command line."""

    verb: str
    """What is asked, as in "run x did not *pause*"."""

    not_done: str
    """Said before the reason where it was refused or came too late."""

    doing: str = ""
    """What the run is said to be doing until it answers; as before where it is empty."""

    done: str = ""
    """Said when it is done, with ``{folder}`` for the run's; empty where the screen shows it."""

    footer: bool = False
    """Whether the footer shows the key."""

    argument: NumberArgument | None = None
    while_training: bool = True
    """Whether it makes sense while it trains."""

    while_paused: bool = True
    """Whether it makes sense while it pauses."""

    needs_best: bool = False
    """Whether it needs an epoch that was the best."""

    ends: bool = False
    """Whether it ends the training: the end itself is its answer."""

    early: bool = False
    """Whether it is carried out even before there is a network to train."""

    while_stopping: bool = False
    """Whether it makes sense still when a stop is under way."""

    cli: str = ""
    """Command and option on the command line, ``"step --batch"``; the name for an empty one."""

    cli_help: str = ""
    """Help of a command on the command line that serves several rows; ``help`` for none."""


class SteeringCommand(StrEnum):
    """What can be asked of a run. A trainer refuses what it does not know."""

    row: CommandRow

    # The default is for ``SteeringCommand("pause")``, which finds a member and makes none.
    def __new__(cls, name: str, row: CommandRow | None = None) -> SteeringCommand:
        """Make a member of its name and its row."""
        if row is None:
            raise ValueError(f"the steering command {name!r} has no row")
        member = str.__new__(cls, name)
        member._value_ = name
        member.row = row
        return member

    # fmt: off
    PAUSE = "pause", CommandRow(
        key="space", label="pause", footer=True, while_paused=False,
        help="Let the training wait at the end of the batch under way.",
        verb="pause", doing="pausing", not_done="not paused",
    )
    RESUME = "resume", CommandRow(
        key="space", label="go on", footer=True, while_training=False,
        help="Let the paused training go on.",
        verb="resume", doing="going on", not_done="it does not go on",
    )
    STOP = "stop", CommandRow(
        key="s", label="stop, keep", footer=True, ends=True, early=True,
        help="End this training and keep its weights. Leaving the screen does not end it.",
        verb="stop", doing="stopping", not_done="not stopped",
        cli_help="End RUN and keep its weights. kertui resume can still go on with it.",
    )
    EPOCH = "epoch", CommandRow(
        key=">", label="one epoch", footer=True,
        help="Train to the end of an epoch, and pause there.",
        verb="train one epoch", doing="going on", not_done="no epoch was trained",
        cli="step",
        cli_help="Train RUN to the end of an epoch (or by one batch), and pause there.",
    )
    BATCH = "batch", CommandRow(
        key=".", label="one batch",
        help="Train one batch, and pause after it.",
        verb="train one batch", doing="going on", not_done="no batch was trained",
        cli="step --batch",
    )
    LEARNING_RATE = "learning_rate", CommandRow(
        key="L", label="learning rate", footer=True,
        help="Change the learning rate while it trains.",
        verb="change the learning rate", not_done="the learning rate was not changed",
        argument=NumberArgument(
            "a learning rate", LEAST_LEARNING_RATE, MOST_LEARNING_RATE, whole=False,
            help="From the next batch on.",
        ),
        cli="set --learning-rate",
        cli_help="Change learning rate or number of epochs of RUN while it goes on.",
    )
    EPOCHS = "epochs", CommandRow(
        key="E", label="epochs", early=True,
        help="Train more or fewer epochs in all; a training that is over goes on.",
        verb="change the number of epochs", not_done="the number of epochs was not changed",
        argument=NumberArgument(
            "a number of epochs", 1, MOST_EPOCHS, whole=True, help="How many in all."
        ),
        cli="set --epochs",
    )
    STOP_BEST = "stop_best", CommandRow(
        key="S", label="stop with the best", needs_best=True, ends=True, early=True,
        help="End this training and keep the weights of its best epoch.",
        verb="stop", doing="stopping", not_done="not stopped",
        cli="stop --best",
    )
    SAVE = "save", CommandRow(
        key="W", label="save weights now",
        help="Write the network and a checkpoint now, and train on.",
        verb="save", doing="saving", not_done="not saved",
        done="saved in {folder}",
    )
    KILL = "kill", CommandRow(
        key="X", label="kill", ends=True, early=True, while_stopping=True,
        help="End the trainer's process at once, should it not stop. Asks first.",
        verb="kill", doing="killing", not_done="not killed",
    )
    # fmt: on


def row_of(name: str) -> CommandRow | None:
    """The row of a command by its name; None for one that only a later version knows."""
    return SteeringCommand(name).row if name in list(SteeringCommand) else None
