"""By how much the weights of a run's layers have changed since an epoch whose weights are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from kertasks.runs.looking.kept_epochs import kept_files, kept_path
from kertasks.runs.looking.view import ViewRecord
from kertasks.runs.views.layer_table import LayersRecord
from kertasks.runs.weights_file import WeightsEpoch
from kertasks.trainer.weights.epoch_file import read_epoch_file
from kertasks.views.layers.all_layers import weights_of
from kertasks.views.layers.layer_list import layers_of
from kertasks.views.layers.layer_reading import norm_of


def with_updates(
    record: ViewRecord, model: keras.Model, folder: Path, of: WeightsEpoch
) -> ViewRecord:
    """A record of all layers with the sizes of their updates since the kept epoch that is nearest
    before; as it is where none is kept, or it cannot be read, and any other record.

    Args:
        record: of the model as it is.
        model: a run's network.
        folder: the run's ``epochs``, which may be anybody's.
        of: whose weights the model has.
    """
    if not isinstance(record, LayersRecord):
        return record
    # Within an epoch those of its beginning are before.
    kept = [epoch for epoch in kept_files(folder) if epoch < of.epoch + (of.step > 0)]
    if not kept:
        return record
    try:
        arrays = read_epoch_file(kept_path(folder, max(kept)), model.get_weights())
    except (OSError, ValueError):
        return record
    before = {id(weight): array for weight, array in zip(model.weights, arrays, strict=True)}
    layers = tuple(
        replace(facts, update=_update(layer, before))
        for facts, layer in zip(record.layers, layers_of(model), strict=True)
    )
    return replace(record, layers=layers, since=max(kept))


def _update(layer: keras.layers.Layer, before: dict[int, NDArray[Any]]) -> float | None:
    weights = weights_of(layer)
    earlier = [np.asarray(before[id(weight)], dtype=np.float32) for weight in weights]
    size = norm_of(earlier)
    if not size:
        return None
    pairs = zip(weights, earlier, strict=True)
    return norm_of([np.asarray(now, dtype=np.float32) - then for now, then in pairs]) / size
