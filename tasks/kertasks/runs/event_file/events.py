"""The events of a run: what a trainer tells, and whoever follows the run gets.

An event is one line of ``events.jsonl``: a JSON object with the fields of its class here and a
``type``. A NaN or an infinity is written as ``"nan"``, ``"inf"`` or ``"-inf"``, so that every
line is valid JSON; no number is rounded. A reader passes over types and fields it does not know.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec.structs import force_setattr

from kertasks.files import LARGEST
from kertasks.runs.advice.finding import Finding
from kertasks.text.json_numbers import Metrics, Number, plain
from kertasks.text.numbers import grouped
from kertasks.text.plain_text import one_line

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]
Ordinal: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=LARGEST)]
Temperature: TypeAlias = Annotated[int, msgspec.Meta(ge=-273, le=LARGEST)]

_TEXT = 1 << 14
"""Characters of a reason or a notice that are kept; the trainer's log has the rest."""


LOSSES = ("loss", "val_loss")
"""What a run must be finite in: the losses of training and of validation, by Keras's names."""


class _Cleaned(msgspec.Struct, frozen=True, gc=False):
    """Holds text and numbers of a stranger, which it cleans as it is made."""

    def __post_init__(self) -> None:
        _clean(self)


class _Event(_Cleaned, frozen=True, tag_field="type"):
    """Any event: what they all have."""

    t: float
    """Unix time in seconds."""


class Monitor(_Cleaned, frozen=True, omit_defaults=True):
    """The metric that decides which epoch is the best: the one that early stopping watches."""

    name: str
    """Keras's: ``"val_accuracy"``."""

    mode: Literal["min", "max"] = "min"
    """Whether it is to become small or large."""

    min_delta: Number = 0.0
    """By how much a value must be better to count as better."""

    def is_better(self, value: float, best: float | None) -> bool:
        """Whether a value is better than the best one so far; None is no value yet.

        What is not finite is never better than anything: a first epoch without a number would
        stay the best for ever.
        """
        if not math.isfinite(value):
            return False
        if best is None:
            return True
        return (
            value - self.min_delta > best if self.mode == "max" else value + self.min_delta < best
        )


class Started(_Event, frozen=True, tag="started"):
    """The trainer has the recipe and the data and begins. Type ``started``."""

    epochs: Ordinal | None
    """How many are planned; None where nobody said, as of a file that something else writes."""

    steps: Ordinal | None
    """How many batches an epoch has; None where that is not known, as of a generator's rows."""

    parameters: Count | None
    device: str
    monitor: Monitor | None = None
    """What decides which epoch is the best. None: the validation loss, or the training loss where
    nothing is held out."""

    validation_rows: Count | None = None
    """How many rows are held out to validate on; None where that is not known."""

    target_scale: Number | None = None
    """The standard deviation that the target was divided by: so many own units an error of 1 is.
    None where the target is in its own unit."""

    judge: Monitor | None = None
    """What a study of many runs judges this one by: a metric of the validation rows, in the
    direction that Keras knows of it. None where that is not known."""


class Compiling(_Event, frozen=True, tag="compiling"):
    """The trainer compiles; nothing is trained yet. Type ``compiling``."""

    seconds: Number | None = None
    """None when it begins, how long it took when it is done."""


class Compiled(_Event, frozen=True, tag="compiled"):
    """Tells how the epochs were compiled, which decides their last bits. Type ``compiled``."""

    xla: bool


class Progress(_Event, frozen=True, tag="progress"):
    """Tells how far the epoch under way is. Type ``progress``; at most ten a second."""

    epoch: Ordinal
    """The epoch under way, from 1."""

    step: Count
    """Batches done in it."""

    metrics: Metrics


class Epoch(_Event, frozen=True, tag="epoch"):
    """An epoch is done, and validated where something is held out. Type ``epoch``.

    One that was told before, by a trainer that was lost, takes the place of that one and of all
    after it: they were trained anew and came out otherwise.
    """

    epoch: Ordinal
    """Number of the epoch, the first is 1."""

    metrics: Metrics
    """By Keras's names; of a training with a step of its own there may be no loss among them."""

    learning_rate: Number
    """NaN where there is none to know of: without an optimizer, or with several."""

    seconds: Number

    def __post_init__(self) -> None:
        # A long log has 200,000 of them, nearly all clean as they are: this takes 0.3 µs.
        metrics = self.metrics
        try:
            sum(metrics.values(), self.learning_rate + self.seconds)
        except TypeError:  # there is a string among the numbers
            _clean(self)
        if not _are_clean(tuple(metrics)):
            _clean(self)

    @property
    def is_finite(self) -> bool:
        """Whether its losses, of training and validation, are numbers."""
        return all(math.isfinite(self.metrics.get(name, 0.0)) for name in LOSSES)


class LearningRate(_Event, frozen=True, tag="learning_rate"):
    """The learning rate was changed by a person or a callback. Type ``learning_rate``."""

    epoch: Count
    learning_rate: Number


class Control(_Event, frozen=True, tag="control", omit_defaults=True):
    """A command was carried out, or could not be. Type ``control``."""

    number: Count
    command: str
    refused: str | None = None
    """Why it could not be carried out; None when it was."""


class Planned(_Event, frozen=True, tag="planned"):
    """The run is to be longer or shorter than it was. Type ``planned``."""

    epochs: Ordinal
    """To train in all."""


class _Place(_Event, frozen=True):
    """An event that tells how far the training is."""

    epoch: Count
    """How many whole epochs are done."""

    step: Count
    """Batches done of the epoch after them."""

    trained: Number | None = None
    """For how many seconds the run was trained until then, pauses and rests left out."""


class Paused(_Place, frozen=True, tag="paused"):
    """The trainer waits for a command. Type ``paused``."""


class Resuming(_Event, frozen=True, tag="resuming"):
    """A new trainer process has the run, and imports Keras before it goes on. Type ``resuming``.

    The end before it counts no more.
    """


class Resumed(_Place, frozen=True, tag="resumed"):
    """Training goes on, after a pause or in a new trainer process. Type ``resumed``.

    It goes on with fewer epochs than were told of when a trainer was lost.
    """


class Checkpointed(_Place, frozen=True, tag="checkpoint"):
    """What a later process needs to go on from here is on disk. Type ``checkpoint``."""


class Gpu(_Cleaned, frozen=True):
    """Tells how busy one GPU is."""

    name: str
    use: Number
    """Share of the last moment in which it computed, 0 to 1."""

    memory: Count
    """Bytes taken, by whomever."""

    memory_total: Count
    """Bytes there are in all."""

    temperature: Temperature
    """Degrees Celsius."""


class Machine(_Event, frozen=True, tag="machine"):
    """Tells how busy the run's host is. Type ``machine``; at most one a second."""

    cpu: Number
    """Share of all cores, 0 to 1."""

    memory: Count
    """Bytes taken, by whomever."""

    memory_total: Count
    """Bytes there are in all."""

    process_memory: Count
    """Bytes of the trainer's own process."""

    gpus: tuple[Gpu, ...] = ()
    trained: Number | None = None
    """For how many seconds the run was trained until then, pauses and rests left out."""

    hosts: Count | None = None
    """How many hosts share its batches just now; None for a run that is not shared."""


class Notice(_Event, frozen=True, tag="notice"):
    """Tells a person what they should know, for example a fallback and why. Type ``notice``."""

    text: str


class Advised(_Event, frozen=True, tag="advised", omit_defaults=True):
    """Something was found while it trained, or a finding holds no more. Type ``advised``."""

    epoch: Count
    """How many whole epochs were done then."""

    finding: Finding
    holds: bool = True
    """False where it was told before and does not hold any more."""

    def __str__(self) -> str:
        """``warning at epoch 40: after 200 steps all rows get the same output``."""
        place = f"at epoch {grouped(self.epoch)}"
        if not self.holds:
            return f"no more {place}: {self.finding}"
        return f"{self.finding.severity} {place}: {self.finding}"


class ScriptExited(_Event, frozen=True, tag="script_exited"):
    """The program that trained the run ended by itself, or by an error. Type ``script_exited``; in
    the first run of the program alone, often after the run's own end."""

    status: Count
    """What it exited with, as a shell says it."""


class _End(_Event, frozen=True):
    """An event after which the weights are kept and tested."""

    epochs: Count
    """How many were done in all; epochs told beyond that were not trained again."""

    best_epoch: Count | None = None
    """The best by ``monitor``. None where no epoch has a finite value of it."""

    test: Metrics | None = None
    """On the test split, by the same names; a regression's ``mae`` in ``unit``.
    None where the data has no test split."""

    unit: str | None = None
    """A regression target's own unit, for example ``"$1,000"``."""

    best: Metrics | None = None
    """The metrics of the best epoch."""

    restored_epoch: Count | None = None
    """Whose weights were kept and tested, where they are not those that training ended with."""

    within: Count | None = None
    """Batches of the epoch after ``epochs`` that the weights have seen, where it was broken off
    and they are those that training ended with."""

    monitor: Monitor | None = None
    """What decides which epoch is the best. None: the validation loss, or the training loss where
    nothing is held out."""

    result: str | None = None
    """The metric of ``test`` that says how well it does: an error for a regression."""

    test_rows: Count | None = None
    """Of the test split."""

    not_finite_since: Count | None = None
    """The epoch since which a loss is no finite number; None where the last one is."""

    trained: Number | None = None
    """For how many seconds it was trained, pauses and rests left out."""

    finding: Finding | None = None
    """The worst of what was found while it trained and holds, where that is an alarm."""


class Finished(_End, frozen=True, tag="finished"):
    """The run was trained to its end, or stopped early by a callback. Type ``finished``."""


class Stopped(_End, frozen=True, tag="stopped"):
    """A person stopped it; the weights are kept. Type ``stopped``."""


class Failed(_Event, frozen=True, tag="failed"):
    """The training could not go on. Type ``failed``."""

    reason: str
    """In plain words; the traceback is in the run's log."""

    trained: Number | None = None
    """For how many seconds it was trained, pauses and rests left out."""


Event: TypeAlias = (
    Started
    | Compiling
    | Compiled
    | Progress
    | Epoch
    | LearningRate
    | Control
    | Planned
    | Paused
    | Resuming
    | Resumed
    | Checkpointed
    | Machine
    | Notice
    | Advised
    | ScriptExited
    | Finished
    | Stopped
    | Failed
)

Ended: TypeAlias = Finished | Stopped | Failed
"""The events after which a trainer writes no more. A run may be resumed by another."""

_LEFT_OUT = frozenset(
    (
        "monitor",
        "validation_rows",
        "target_scale",
        "judge",
        "restored_epoch",
        "within",
        "result",
        "test_rows",
        "not_finite_since",
        "trained",
        "hosts",
        "finding",
    )
)
"""Fields that are not written where there is nothing to say; other ones are null then."""

_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_decode = _decoder.decode
# NumPy's float64 is a float too, which msgspec does not know.
_encode = msgspec.json.Encoder(enc_hook=float).encode


def format_event(event: Event) -> str:
    """Write an event as a line of JSON, newline included, every number as exact as it came."""
    line = _encode(event)
    if b"null" in line:  # None, or a number that is not finite
        line = _encode(plain(event, _LEFT_OUT))
    return f"{line.decode()}\n"


def parse_event(line: str | bytes) -> Event | None:
    """Read the event on a line; None for a type not known here or what is no event at all.

    Fields not known here are passed over, so that an older reader follows a newer writer.
    """
    try:
        return _decode(line)
    except (ValueError, RecursionError):
        return None


def _clean(event: _Cleaned) -> None:
    for name, read in _readers(type(event)):
        value = getattr(event, name)
        if value is not None:
            force_setattr(event, name, read(value))


def _text(value: str) -> str:
    # The name of a file may hold bytes that are no text, which no reader of JSON takes.
    return one_line(value.encode(errors="replace").decode(), _TEXT)


_clean_name = lru_cache(one_line)
"""A metric's name, fit to be shown. An epoch has a handful, and a log the same ones each time."""


@lru_cache(maxsize=8)  # of the logs that are read now; a stranger's names may be long
def _are_clean(names: tuple[str, ...]) -> bool:
    return all(one_line(name) == name for name in names)


def _metrics(value: Mapping[str, float]) -> dict[str, float]:
    return {_clean_name(name): float(number) for name, number in value.items()}


@cache
def _readers(kind: type[_Cleaned]) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """The fields of a class that msgspec alone does not clean, each with what cleans it."""
    reads: dict[Any, Callable[[Any], Any]] = {str: _text, Number: float, Metrics: _metrics}
    reads |= {kind | None: read for kind, read in reads.items()}
    return tuple(
        (field.name, reads[field.type])
        for field in msgspec.structs.fields(kind)
        if field.type in reads
    )
