"""The catalog, read from Keras itself: signatures, docstrings, what constructors refuse."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import keras
from msgspec.structs import replace

from kertasks.keras_catalog.arguments import (
    arguments_of,
    docstring_of,
    is_cell,
    required_inputs,
    takes_list,
)
from kertasks.keras_catalog.catalog import (
    Argument,
    Catalog,
    ClassInfo,
    Family,
    cached_catalog,
    write_catalog,
)
from kertasks.keras_catalog.offer import Chosen, Offered, offered
from kertasks.keras_catalog.refused_values import with_limits

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


def _class_info(entry: Offered, family: Family) -> ClassInfo:
    documented = docstring_of(entry, family)
    arguments = arguments_of(entry, family)
    if arguments:
        arguments = with_limits(entry.what, arguments)
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
