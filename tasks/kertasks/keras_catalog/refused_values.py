"""Which values Keras's own constructors refuse, found by trying them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import keras
from msgspec.structs import replace

from kertasks.keras_catalog.catalog import Argument, ArgumentKind

_WHOLE = (ArgumentKind.INTEGER, ArgumentKind.INTEGERS)
_REAL = (ArgumentKind.NUMBER, ArgumentKind.NUMBERS)


def with_limits(what: Any, arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
    """The arguments with the limits and choices that the constructor of ``what`` confirms.

    A class that no small values can construct keeps what its docstring says.
    """
    sample = sample_arguments(what, arguments)
    if sample is None:
        return arguments
    limited = []
    for argument in arguments:
        accepts = partial(_accepts_value, what, sample, argument.name)
        if argument.kind is ArgumentKind.CHOICE:
            choices = tuple(choice for choice in argument.choices if accepts(choice))
            limited.append(replace(argument, choices=choices or argument.choices))
        elif argument.kind in _WHOLE + _REAL:
            limited.append(_limited(argument, accepts))
        else:
            limited.append(argument)
    return tuple(limited)


def sample_arguments(what: Any, arguments: tuple[Argument, ...]) -> dict[str, Any] | None:
    """Values for the required arguments that construct ``what``; None when none were found."""
    required = [argument for argument in arguments if argument.required]
    tries = itertools.product(*(_candidates(argument) for argument in required))
    for values in itertools.islice(tries, 200):
        sample = {argument.name: value for argument, value in zip(required, values, strict=True)}
        if _constructs(what, sample):
            return sample
    return None


def _limited(argument: Argument, accepts: Callable[[Any], bool]) -> Argument:
    minimum, maximum = argument.minimum, argument.maximum
    defaults = argument.default if isinstance(argument.default, list) else [argument.default]
    numbers = [n for n in defaults if isinstance(n, (int, float)) and not isinstance(n, bool)]
    if minimum is not None and any(number < minimum for number in numbers):
        minimum = None
    if maximum is not None and any(number > maximum for number in numbers):
        maximum = None
    if minimum is None and argument.kind in _WHOLE and (accepts(1) or accepts(2)):
        if not accepts(-1):
            minimum = 0.0 if accepts(0) else 1.0
    elif minimum is None and accepts(0.5) and not accepts(-0.5):
        minimum = 0.0
    if maximum is None and argument.kind in _REAL and accepts(0.5) and not accepts(1.5):
        maximum = 1.0
    return replace(argument, minimum=minimum, maximum=maximum)


def _candidates(argument: Argument) -> tuple[Any, ...]:
    """Small values to try for a required argument."""
    layers = keras.layers
    return {
        ArgumentKind.BOOLEAN: (True,),
        ArgumentKind.INTEGER: (2, 1),
        ArgumentKind.NUMBER: (0.5,),
        ArgumentKind.NUMBERS: (0.5, (0.1, 0.5)),
        ArgumentKind.INTEGERS: (2, (1,), (2, 2), (2, 1)),
        ArgumentKind.CHOICE: argument.choices[:1],
        ArgumentKind.STRING: ("ab,bc->ac",),
        ArgumentKind.COMPONENT: ("linear", "sgd", "zeros"),
        ArgumentKind.LAYER: (
            layers.Dense(2),
            layers.LSTM(2),
            layers.LSTMCell(2),
            [layers.LSTMCell(2)],
        ),
        ArgumentKind.ANY: (2, (1,), 0.5),
    }[argument.kind]


def _accepts_value(what: Any, sample: Mapping[str, Any], name: str, value: Any) -> bool:
    return _constructs(what, {**sample, name: value})


def _constructs(what: Any, arguments: Mapping[str, Any]) -> bool:
    try:
        what(**arguments)
    except Exception:  # whatever Keras raises, it has refused the value
        return False
    return True
