"""The network of a program's run, from the files in its folder alone: the program may be gone, and
train by another backend. Nothing of them is run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras

from kertasks.advice.network.network_reading import component_of
from kertasks.data.dataset import Dataset
from kertasks.keras_catalog.catalog import Family
from kertasks.models.messages import BuildError
from kertasks.models.network import Names, make
from kertasks.pretrained.network import whole_network
from kertasks.recipes.recipe import Component
from kertasks.runs.folder import RunFolder
from kertasks.runs.looking.kept_epochs import nearest_kept
from kertasks.runs.looking.look_files import handed_path
from kertasks.runs.looking.view import DoesNotApply, Look, Moment, ViewRequest
from kertasks.runs.weights_file import WeightsEpoch, read_epoch
from kertasks.scripts.views.kept_rows import read_rows
from kertasks.scripts.views.known_data import data_of_rows
from kertasks.views.networks.saved_weights import NoWeights, load_file
from kertasks.views.table import look


class ScriptNetwork:
    """A network as it was saved, and the rows it was trained on.

    Args:
        run: whose folder may come from anybody.

    Raises:
        kertasks.UserError: its rows or its weights are not kept, or it has parts of classes that
            are not Keras's own; saying which.
    """

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        train, held_out = read_rows(run)
        files = self._files()
        if not files:
            raise NoWeights("its weights are not in the run's folder")
        self.model, compiled = whole_network(run.where(max(files, key=files.__getitem__)))
        loss = _loss(compiled.get("loss"))
        if loss is not None:
            self.model.compile(loss=loss)
        self.data: Dataset = data_of_rows(self.model, train, held_out)
        self.of = WeightsEpoch(0)
        """Whose weights the model has."""

    def load(self, moment: Moment) -> WeightsEpoch:
        """Give the model the weights of a moment, and say of which epoch they are.

        Raises:
            NoWeights: there are none; where an epoch is asked for, it says of which near one there
                are some.
        """
        self.of = load_file(self.model, self.run, self._place(moment))
        return self.of

    def look(self, request: ViewRequest) -> Look:
        """Compute a view with the weights that were loaded last."""
        of = self.of
        try:
            record = look(self.model, self.data, request)
        except DoesNotApply as reason:
            return Look(request, of.epoch, of.step, why_not=str(reason))
        return Look(request, of.epoch, of.step, record)

    def _place(self, moment: Moment) -> Path:
        """The file with the weights of a moment."""
        if moment.best:
            return self.run.best_path
        files = self._files()
        if moment.epoch is None:
            ended = self.run.model_path
            if not files or (ended in files and self.run.state().is_over):
                return ended
            return max(files, key=files.__getitem__)
        for place, at in files.items():
            if at == (moment.epoch, 0):
                return place
        near = nearest_kept(tuple(epoch for epoch, _ in files.values()), moment.epoch)
        there = "" if near is None else f"; those of epoch {near} are the nearest"
        raise NoWeights(f"the weights of epoch {moment.epoch} are not kept{there}")

    def _files(self) -> dict[Path, tuple[int, int]]:
        """The places of its files of weights that are there, and how far each was trained: whole
        epochs, and batches after them."""
        run, found = self.run, {}
        for place in (run.model_path, run.best_path, handed_path(run.path)):
            of = read_epoch(run.where(place))
            if of is not None:
                found[place] = (of.epoch, of.step)
        return found


def _loss(written: Any) -> keras.losses.Loss | str | None:
    """Keras's loss as a saved network writes it down; None where it has none, or one of a program's
    own: such a network has no gradients to tell of."""
    component = component_of(written, Family.LOSSES)
    if component is None:
        return None
    config = written.get("config") if isinstance(written, dict) else None
    reduction = config.get("reduction") if isinstance(config, dict) else None
    if isinstance(reduction, str):
        arguments = {**component.arguments, "reduction": reduction}
        component = Component(component.class_name, arguments)
    try:
        made: keras.losses.Loss | str = make(component, Family.LOSSES, "loss", Names(set()))
    except BuildError:
        return None
    return made
