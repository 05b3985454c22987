"""The keyword arguments of one Keras class, from its signature and its docstring."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from functools import cache
from typing import Any

import keras

from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Family
from kertasks.keras_catalog.docstrings import Docstring, kind_of, read_docstring
from kertasks.keras_catalog.excluded import EXCLUDED_ARGUMENTS
from kertasks.keras_catalog.offer import Chosen, Offered, offered

_DTYPES = (
    "float32",
    "float64",
    "float16",
    "bfloat16",
    "mixed_float16",
    "mixed_bfloat16",
)


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
    if family is Family.LAYERS:
        known = {argument.name for argument in arguments}
        if _takes_more(entry.what):
            arguments += [base for base in _base_arguments() if base.name not in known]
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


@cache
def _base_arguments() -> tuple[Argument, ...]:
    """What every layer takes: ``trainable``, ``dtype``, ``activity_regularizer``."""
    layer = Offered("Layer", keras.layers.Layer, ())
    names = [parameter.name for parameter in _own_parameters(layer.what)]
    documented = read_docstring(layer.what, names).arguments
    return tuple(
        _argument(parameter, documented.get(parameter.name, ""), Family.LAYERS)
        for parameter in _own_parameters(layer.what)
        if parameter.name not in EXCLUDED_ARGUMENTS
    )


def _argument(parameter: inspect.Parameter, text: str, family: Family) -> Argument:
    name = parameter.name
    required = parameter.default is parameter.empty
    default = None if required else _json_value(parameter.default)
    if not text:
        text = _usual_words(family).get(name, "")
    found = kind_of(name, default, text)
    kind, choices = found.kind, found.choices
    if name == "dtype":
        kind, choices = ArgumentKind.CHOICE, _DTYPES
    return Argument(
        name=name,
        kind=kind,
        required=required,
        default=default,
        optional=found.optional and not (required and not text.lower().startswith("optional")),
        choices=choices,
        family=found.family,
        help=text,
        minimum=found.minimum,
        maximum=found.maximum,
    )


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
