"""Which function computes which view: every module here that defines ``VIEW``, or ``VIEWS`` where
it has several of one subject."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

import keras

from kertasks import views
from kertasks.data.dataset import Dataset
from kertasks.runs.looking.view import ViewRecord, ViewRequest

View: TypeAlias = Callable[[keras.Model, Dataset, Any], ViewRecord]
"""Computes a record from a built model, a dataset and a request; changes none of them."""


@cache
def all_views() -> dict[type[ViewRequest], View]:
    """Every view, by the class of its request."""
    found = pkgutil.walk_packages(views.__path__, f"{views.__name__}.")
    modules = [importlib.import_module(info.name) for info in found]
    alone = [module.VIEW for module in modules if hasattr(module, "VIEW")]
    together = [pair for module in modules for pair in getattr(module, "VIEWS", ())]
    return dict([*alone, *together])


def look(model: keras.Model, data: Dataset, request: ViewRequest) -> ViewRecord:
    """Compute what a request asks for.

    Args:
        model: a built model; it has the same weights and metrics afterwards.
        data: what it is trained and tested on; ``data_of_run`` has the validation rows of a run
            that holds out a share of its training rows.
        request: which view, of what.

    Raises:
        kertasks.runs.looking.view.DoesNotApply: there is nothing to show, and why.
    """
    return all_views()[type(request)](model, data, request)
