"""What Keras says about a recipe: shapes and parameters, or the layer it refuses and why."""

from __future__ import annotations

import msgspec

from kertasks.records import learn


class LayerCheck(msgspec.Struct, frozen=True):
    """What Keras says about one layer of a recipe."""

    output_shape: tuple[int | None, ...] | None
    """Without the batch axis; None when this or an earlier layer was refused."""

    parameters: int | None
    trainable_parameters: int | None
    error: str | None = None
    """Keras's reason in one line, without class paths; None when it accepts the layer."""

    inside: int = 0
    """How many layers there are in it, of a saved network as far as it is taken."""

    names: tuple[str, ...] = ()
    """Of all the layers of a saved network, one of which it may end at."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong with a recipe, or with its data."""

    path: str
    """Where, as in ``--set``: ``layers.1``, ``compile.loss``; empty for the data."""

    reason: str
    """What is wrong and what is allowed, in one line."""

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason


class ToldMetrics(msgspec.Struct, frozen=True):
    """The metrics that a training of a recipe will tell of."""

    names: tuple[str, ...] = ()
    """Of the rows that are trained on, by Keras's names; the loss is among them. Empty where it is
    not known."""

    validates: bool = True
    """Whether rows are held out, of which the same are told as ``val_…``."""

    undirected: str = ""
    """The first of the recipe's metrics where Keras knows of none whether it is to be small or
    large, nor early stopping watches one; empty else."""


class ModelCheck(msgspec.Struct, frozen=True):
    """What Keras says about a recipe. It goes through JSON between processes."""

    input_shape: tuple[int | None, ...]
    """Shape of one row, without the batch."""

    layers: tuple[LayerCheck, ...]
    """One for each of the recipe's layers, in its order."""

    parameters: int | None
    trainable_parameters: int | None
    error: str | None = None
    """Why the model as a whole cannot be trained (a refused layer, an output that does not
    fit the labels, an unknown loss), in one line; None when it can."""

    error_path: str | None = None
    """Where, as in ``--set``: ``layers.1``, ``compile.loss``; None with no error."""

    more_errors: tuple[Finding, ...] = ()
    """What is refused besides ``error``."""

    warnings: tuple[Finding, ...] = ()
    """What a person should know before training, which goes on all the same."""

    told: ToldMetrics = ToldMetrics()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """All that is refused; empty when the recipe can be trained."""
        if self.error is None:
            return ()
        return Finding(self.error_path or "", self.error), *self.more_errors


class DataShape(msgspec.Struct, frozen=True):
    """What of a dataset decides whether a model fits it, without its rows."""

    input_shape: tuple[int, ...]
    """Shape of one row, without the batch."""

    input_dtype: str
    target_shape: tuple[int, ...]
    """Of one row: ``()`` for a label, ``(46,)`` for one-hot labels."""

    target_dtype: str
    classes: int
    """How many classes there are; 0 for regression."""


learn(ModelCheck, DataShape)
