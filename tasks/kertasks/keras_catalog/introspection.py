"""The catalog, read from Keras itself: signatures, docstrings, what constructors refuse."""

from __future__ import annotations

import inspect
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import keras
from msgspec.structs import replace

from kertasks.keras_catalog.catalog import (
    Argument,
    ArgumentKind,
    Catalog,
    ClassInfo,
    Family,
    cached_catalog,
    write_catalog,
)
from kertasks.keras_catalog.docstrings import Docstring, argument_of, read_docstring
from kertasks.keras_catalog.excluded import EXCLUDED_ARGUMENTS
from kertasks.keras_catalog.offer import Chosen, Offered, by_name, offered
from kertasks.user_folders import cache_dir

_DTYPES = ("float32", "float64", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16")


_ANY_LAYER = Offered("Layer", keras.layers.Layer, ())
"""Has what every layer takes: ``trainable``, ``dtype``, ``activity_regularizer``."""

_ANY_OPTIMIZER = Offered("Optimizer", keras.optimizers.Optimizer, ())
"""Has what every optimizer takes: ``weight_decay``, ``clipnorm``, ``use_ema``, …"""


@cache
def arguments_of(entry: Offered, family: Family) -> tuple[Argument, ...]:
    """The arguments a recipe may give, in Keras's order."""
    if family is Family.ACTIVATIONS or isinstance(entry.what, Chosen):
        return ()
    documented = docstring_of(entry, family).arguments
    arguments = [
        _argument(parameter, documented.get(parameter.name, ""), family)
        for parameter in _own_parameters(entry.what)
        if not (family is Family.LAYERS and parameter.name in EXCLUDED_ARGUMENTS)
    ]
    if family is Family.LAYERS and entry != _ANY_LAYER and _takes_more(entry.what):
        known = {argument.name for argument in arguments}
        every_layers = arguments_of(_ANY_LAYER, family)
        arguments += [argument for argument in every_layers if argument.name not in known]
    return tuple(arguments)


@cache
def docstring_of(entry: Offered, family: Family) -> Docstring:
    """The docstring, split by the arguments of the class."""
    what = entry.what
    if isinstance(what, Chosen) or family is Family.ACTIVATIONS:
        return read_docstring(what, ())
    call = inspect.signature(what.call).parameters if family is Family.LAYERS else ()
    return read_docstring(what, [parameter.name for parameter in _own_parameters(what)], call)


@cache
def required_inputs(entry: Offered) -> int:
    """How many tensors a layer must be called with, one by one."""
    parameters = list(inspect.signature(entry.what.call).parameters.values())[1:]
    return sum(
        parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        for parameter in parameters
    )


@cache
def takes_list(entry: Offered) -> bool:
    """Whether a layer is called with a list of tensors, as ``Concatenate`` is."""
    if ".layers.merging." in entry.what.__module__:
        return True
    documented = docstring_of(entry, Family.LAYERS).call_arguments
    name = list(inspect.signature(entry.what.call).parameters)[1]
    first = documented.get(name, "")
    return bool(re.match(r"(a )?(list|tuple)", first, re.IGNORECASE))


def is_cell(entry: Offered) -> bool:
    """Whether a layer is one step of a recurrent one, and works only inside ``RNN``."""
    return "states" in inspect.signature(entry.what.call).parameters


def _own_parameters(what: Any) -> list[inspect.Parameter]:
    parameters = list(inspect.signature(what.__init__).parameters.values())[1:]
    variable = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return [parameter for parameter in parameters if parameter.kind not in variable]


def _takes_more(what: Any) -> bool:
    parameters = inspect.signature(what.__init__).parameters.values()
    return any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)


def _argument(parameter: inspect.Parameter, text: str, family: Family) -> Argument:
    name = parameter.name
    required = parameter.default is parameter.empty
    default = None if required else _json_value(parameter.default)
    if not text:
        text = _usual_words(family).get(name, "")
    found = argument_of(name, default, text)
    if name == "dtype":
        found = replace(found, kind=ArgumentKind.CHOICE, choices=_DTYPES)
    if required:
        is_optional = found.optional and text.lower().startswith("optional")
        found = replace(found, required=True, optional=is_optional)
    return found


@cache
def _usual_words(family: Family) -> dict[str, str]:
    """What most classes say of an argument, for those that say nothing of theirs."""
    counts: dict[str, Counter[str]] = {}
    for entry in offered(family):
        for name, text in docstring_of(entry, family).arguments.items():
            counts.setdefault(name, Counter())[text] += 1
    return {name: texts.most_common(1)[0][0] for name, texts in counts.items()}


def _json_value(value: object) -> Any:
    """A default as JSON has it: sequences as lists, other objects as nothing."""
    if isinstance(value, (list, tuple)):
        return [_json_value(entry) for entry in value]
    return value if isinstance(value, (bool, int, float, str)) else None


NESTED_ONLY = "recurrent cells"
"""The topic of layers that only work inside another one (``RNN``)."""


@cache
def read_catalog() -> Catalog:
    """Everything a recipe can use, as the installed Keras has it. Takes a second or two."""
    classes = tuple(_class_info(entry, family) for family in Family for entry in offered(family))
    return Catalog(keras_version=str(keras.__version__), classes=classes)


def ensure_catalog(cache_dir: Path) -> Catalog:
    """The catalog from the cache, or read from Keras and put there."""
    catalog = cached_catalog(cache_dir)
    if catalog is None:
        catalog = read_catalog()
        write_catalog(catalog, cache_dir)
    return catalog


@cache
def installed_catalog() -> Catalog:
    """The catalog of the installed Keras, from the user's cache where it can be kept there."""
    try:
        return ensure_catalog(cache_dir())
    except OSError:  # the folder cannot be written in
        return read_catalog()


def catalog_of(names: Iterable[str]) -> Catalog:
    """The part of the catalog that some names stand for: a few milliseconds a class, once.

    Args:
        names: classes or functions by any name Keras has for them; others are passed over.
    """
    classes = {
        (family, by_name(family)[name].name): _class_info(by_name(family)[name], family)
        for name in names
        for family in Family
        if name in by_name(family)
    }
    return Catalog(keras_version=str(keras.__version__), classes=tuple(classes.values()))


@cache
def _class_info(entry: Offered, family: Family) -> ClassInfo:
    documented = docstring_of(entry, family)
    arguments = arguments_of(entry, family)
    if arguments:
        arguments = with_limits(entry.what, arguments, _limited_once(family))
    return ClassInfo(
        name=entry.name,
        family=family,
        topic=_topic(entry, family),
        summary=documented.summary,
        help=documented.help,
        arguments=tuple(_beyond_keras(argument, family) for argument in arguments),
        identifiers=entry.identifiers,
        several_inputs=family is Family.LAYERS
        and (takes_list(entry) or required_inputs(entry) > 1)
        and not is_cell(entry),
    )


def _topic(entry: Offered, family: Family) -> str:
    """The folder of Keras a layer lives in; for other families the file."""
    if isinstance(entry.what, Chosen):
        return "chosen by Keras"
    parts = str(entry.what.__module__).split(".")
    if family is not Family.LAYERS:
        return parts[-1]
    return NESTED_ONLY if is_cell(entry) else parts[-2]


def _beyond_keras(argument: Argument, family: Family) -> Argument:
    """Keras takes a learning rate of 0, which learns nothing, and one below, which walks away
    from the minimum."""
    if family is Family.OPTIMIZERS and argument.name == "learning_rate":
        return replace(argument, minimum=None, above=0.0)
    return argument


_WHOLE = (ArgumentKind.INTEGER, ArgumentKind.INTEGERS)
_REAL = (ArgumentKind.NUMBER, ArgumentKind.NUMBERS)


@cache
def _limited_once(family: Family) -> Mapping[str, tuple[Argument, Argument]]:
    """What every class of a family takes, by name: as documented, and with its limits.

    The constructor of their base checks it, so that it need not be tried on each class again.
    """
    every = {Family.LAYERS: _ANY_LAYER, Family.OPTIMIZERS: _ANY_OPTIMIZER}.get(family)
    if every is None:
        return {}
    arguments = arguments_of(every, family)
    pairs = zip(arguments, with_limits(every.what, arguments), strict=True)
    return {argument.name: (argument, found) for argument, found in pairs if not argument.required}


def with_limits(
    what: Any,
    arguments: tuple[Argument, ...],
    known: Mapping[str, tuple[Argument, Argument]] = MappingProxyType({}),
) -> tuple[Argument, ...]:
    """The arguments with the limits and choices that the constructor of ``what`` confirms.

    A class that no small values can construct keeps what its docstring says.

    Args:
        what: a class of Keras.
        arguments: those it takes.
        known: arguments whose limits were found before, by name: without and with them. One that
            the class documents otherwise is its own.
    """
    sample = sample_arguments(what, arguments)
    if sample is None:
        return arguments
    limited = []
    for argument in arguments:

        @cache
        def accepts(value: Any, name: str = argument.name) -> bool:
            return _constructs(what, {**sample, name: value})

        documented, found = known.get(argument.name, (None, argument))
        if documented == argument:
            limited.append(found)
        elif argument.kind is ArgumentKind.CHOICE:
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
    candidates = (_candidates(argument.kind, argument.choices) for argument in required)
    tries = itertools.product(*candidates)
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


@cache
def _candidates(kind: ArgumentKind, choices: tuple[str, ...]) -> tuple[Any, ...]:
    """Small values to try for a required argument of a kind."""
    layers = keras.layers
    match kind:
        case ArgumentKind.BOOLEAN:
            return (True,)
        case ArgumentKind.INTEGER:
            return (2, 1)
        case ArgumentKind.NUMBER:
            return (0.5,)
        case ArgumentKind.NUMBERS:
            return (0.5, (0.1, 0.5))
        case ArgumentKind.INTEGERS:
            return (2, (1,), (2, 2), (2, 1))
        case ArgumentKind.CHOICE:
            return choices[:1]
        case ArgumentKind.STRING:
            return ("ab,bc->ac",)
        case ArgumentKind.COMPONENT:
            return ("linear", "sgd", "zeros")
        case ArgumentKind.LAYER:
            cell = layers.LSTMCell(2)
            return (layers.Dense(2), layers.LSTM(2), cell, [cell])
        case ArgumentKind.ANY:
            return (2, (1,), 0.5)


def _constructs(what: Any, arguments: Mapping[str, Any]) -> bool:
    try:
        what(**arguments)
    except Exception:  # whatever Keras raises, it has refused the value
        return False
    return True
