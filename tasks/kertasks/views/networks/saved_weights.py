"""The numbers in a run's ``.keras`` files."""

from __future__ import annotations

import warnings
from pathlib import Path

import keras

from kertasks.errors import UserError
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.weights_file import WeightsEpoch, read_epoch
from kertasks.text.error_text import described


class NoWeights(UserError):
    """A run has no weights of the moment that is asked for, or none that can be read."""


def load_file(model: keras.Model, run: RunFolder, place: Path) -> WeightsEpoch:
    """Give a network the weights of one of its files, and say of which epoch they are.

    Args:
        model: the network, built.
        run: whose file it is.
        place: its place in the run's folder.

    Raises:
        NoWeights: the file is not there, or of another network.
    """
    path = run.where(place)
    of = read_epoch(path)
    if of is None:
        if not path.exists():
            raise NoWeights(f"{path.name} is not there: it is written when the training ends")
        of = WeightsEpoch(RunHistory.read(run.events_path).epochs)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the optimizer's numbers, which nobody needs
            # Numbers alone: the file's own description of the network is not read.
            model.load_weights(path)
    except Exception as error:
        raise NoWeights(f"{path.name} cannot be read: {described(error)}") from error
    return of
