"""Who answers viewers of a program's training, which depends on its backend and its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import keras

from kertasks.data.dataset import Dataset
from kertasks.runs.folder import RunFolder
from kertasks.scripts.fit_given import FitGiven
from kertasks.scripts.views.handed_network import HandedNetwork
from kertasks.scripts.views.kept_rows import KeptRows, too_large
from kertasks.scripts.views.known_data import data_of_rows
from kertasks.scripts.views.known_rows import UnknownRows, class_that_computes, known_rows
from kertasks.scripts.views.no_views import NoViews
from kertasks.text.numbers import size
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.weights.held_weights import size_of

if TYPE_CHECKING:
    from kertasks.trainer.callbacks.looks import Looks

    Answering: TypeAlias = Looks | HandedNetwork | NoViews

MOST_WEIGHTS = 1 << 26
"""Bytes of weights that are kept, or handed over, without being asked for."""


def find_views(
    model: keras.Model, given: FitGiven, run: RunFolder, writer: EventWriter, kept: KeptRows
) -> tuple[Answering, Dataset | None]:
    """Find who answers viewers, and have the rows kept for when the training is over.

    Args:
        model: the network, which is built.
        given: what ``fit`` was given.
        run: the run's folder.
        writer: knows which epochs are done.
        kept: keeps the rows.

    Returns:
        The callback that answers, and what advice is of: None where the rows are not known.
    """
    try:
        train, held_out = known_rows(model, given)
    except UnknownRows as reason:
        why_not = f"the rows of this training are not known: {reason}"
        kept.say_why_not(why_not)
        return NoViews(run.path, why_not), None
    why_not = too_large(train, held_out)
    own = class_that_computes(model)
    if own:
        why_not = f"it computes by code of a class of its own, {own}, which only its program has"
    if why_not:
        kept.say_why_not(why_not)
    else:
        kept.keep(train, held_out)
    data = data_of_rows(model, train, held_out)
    if keras.config.backend() == "tensorflow":
        from kertasks.trainer.callbacks.looks import Looks  # it imports TensorFlow

        return Looks(run.path, writer, data), data
    weights = size_of(model)
    if weights > MOST_WEIGHTS:
        why_not = f"its weights of {size(weights)} are too many to be handed over"
    if why_not:
        return NoViews(run.path, why_not), data
    return HandedNetwork(run.path, writer, kept.wait), data
