"""What advice looks at, as plain data: the data, the network, how it is trained, its first batch.

Functions that know Keras and NumPy gather the facts (``data_reading``, ``network_reading``,
``first_batch``, ``short_training``); rules look at nothing else.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

STEPS_OF_ONE_SIZE = ("Adam", "AdamW", "Nadam", "Adamax", "RMSprop", "Lion", "Adafactor", "Lamb")
"""Optimizers whose step is about the learning rate in each weight, whatever the gradient's size."""

STEPS_BY_GRADIENT = ("SGD", "Muon")

USUAL_RATE = 0.001
"""Keras's own of Adam and its kin."""


class InputFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the features, of rows spread over all that are trained on."""

    rows: int
    row_shape: tuple[int, ...] = ()
    whole: bool = False
    """Whether every number is a whole one."""

    most: float = 1.0
    """The greatest absolute value."""

    least: float = 0.0
    """The least value."""

    mean: float = 0.0
    deviation: float = 1.0
    """Of all numbers together."""

    means: tuple[float, ...] = ()
    """Of each column, where there are not too many of them to write down; of pictures and
    sequences of each channel."""

    deviations: tuple[float, ...] = ()
    """The same; 0 for a column that is constant."""

    constant: bool = False
    """Whether all rows are the same."""

    constant_columns: int = 0
    """How many of several columns have one value in all rows; 0 where rows are no columns."""

    offset: float = 0.0
    """How many of its own standard deviations a column is away from 0; of the middle column."""

    spread_ratio: float = 1.0
    """The largest standard deviation of a column by the smallest; 1 where rows are no columns."""

    distinct_rows: int | None = None
    """How many different rows there are; None where they were not counted."""


class TargetKind(StrEnum):
    """What the targets are."""

    CLASSES = "class numbers"
    ONE_HOT = "one-hot"
    MULTI_HOT = "several yes and no"
    NUMBERS = "numbers"


class TargetFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the targets that are trained on."""

    kind: TargetKind
    row_shape: tuple[int, ...] = ()
    least: float = 0.0
    most: float = 1.0
    mean: float = 0.5
    deviation: float = 0.5
    """Standard deviation; of several columns the largest."""

    means: tuple[float, ...] = ()
    """Of each column of several, where there are not too many to write down."""

    deviations: tuple[float, ...] = ()

    class_rows: tuple[int, ...] = ()
    """How many rows each class has that has any; empty for numbers."""

    unused_classes: int = 0
    """One-hot columns that no row uses."""

    divided: int = 0
    """n where the targets are 0, 1/n, 2/n, … with a gap nowhere: class numbers that were divided;
    else 0."""

    scaled_by: float | None = None
    """One of the targets' own units is that many of these; None where they are in their own."""

    linear_score: float | None = None
    """How well a linear model does on rows held out from it: R², or for classes by how much of what
    the largest class leaves wrong it is better. None where it was not tried."""

    curved_score: float | None = None
    """The same of a forest of trees, which bends. None where it was not tried."""

    scored_rows: int = 0
    """On how many rows the two were tried."""

    ceiling: float | None = None
    """What share of the rows can be right at most, or R²: rows with the same features have
    different targets. 1 where there are no such rows, None where they were not counted."""

    @property
    def is_classes(self) -> bool:
        """Whether a row is of a class, or answers yes or no."""
        return self.kind is not TargetKind.NUMBERS

    @property
    def classes(self) -> int:
        """How many classes exclude each other; 0 for none."""
        return len(self.class_rows) if self.kind is not TargetKind.MULTI_HOT else 0


class LayerKind(StrEnum):
    """What a layer does, as far as rules ask."""

    DENSE = "dense"
    CONVOLUTION = "convolution"
    RECURRENT = "recurrent"
    EMBEDDING = "embedding"
    ACTIVATION = "activation"
    NORMALIZATION = "normalization"
    DROPOUT = "dropout"
    POOLING = "pooling"
    RESHAPING = "reshaping"
    MASKING = "masking"
    PREPROCESSING = "preprocessing"
    OTHER = "other"


class LayerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One layer; of a wrapper (``TimeDistributed``, ``Bidirectional``) the layer in it."""

    kind: LayerKind
    class_name: str
    units: int = 0
    """Or filters; 0 where a layer has none."""

    activation: str = "linear"
    """What bends its output, a later layer of activation included; ``"linear"`` for nothing."""

    bent_by: int | None = None
    """Place of that later layer; None where it bends its output itself or nothing does."""

    is_wrapped: bool = False
    """Whether what is told is of a layer in a wrapper."""

    input_shape: tuple[int, ...] = ()
    """Of one row; a size that differs is 0."""

    output_shape: tuple[int, ...] = ()
    parameters: int = 0
    rate: float = 0.0
    """Of a dropout."""

    momentum: float = 0.0
    """Of a normalization's moving statistics; 0 where it keeps none."""

    axis: int | None = None
    """Of a normalization: which axis of a batch keeps its own statistics."""

    channels_axis: int = -1
    """Which axis of a batch has the channels of the convolution before; -1 for the last."""

    constant_weights: bool = False
    """Whether all the weights of its kernel are the same."""

    # What its first batch showed, before training; None where it was not looked at.
    zero_units: float | None = None
    """Share of its units that give 0 for every row."""

    saturated: float | None = None
    """Share of its outputs within 0.01 of an end of sigmoid or tanh."""

    spread: float | None = None
    """Standard deviation of its outputs over the rows, in the mean of its units."""

    gradient: float | None = None
    """Mean absolute gradient of the loss in its kernel."""

    @property
    def learns(self) -> bool:
        """Whether it computes weighted sums."""
        return self.kind in (LayerKind.DENSE, LayerKind.CONVOLUTION, LayerKind.RECURRENT)

    @property
    def is_linear(self) -> bool:
        """Whether nothing bends its output."""
        return self.activation == "linear"


class CompileFacts(msgspec.Struct, frozen=True, kw_only=True):
    """How the network is trained."""

    loss: str = ""
    """Keras's name of the class: ``"MeanSquaredError"``; empty for a loss of one's own."""

    from_logits: bool = False
    optimizer: str = "Adam"
    learning_rate: float | None = None
    """The one it begins with; None where it has none."""

    momentum: float = 0.0
    clips: bool = False
    """Whether gradients are clipped."""

    metrics: tuple[str, ...] = ()

    @property
    def usual_rate(self) -> float:
        """The learning rate that Keras itself gives such an optimizer, or its kin."""
        return 0.01 if self.optimizer == "SGD" else USUAL_RATE


class FitFacts(msgspec.Struct, frozen=True, kw_only=True):
    """How long it is trained, and on what it is validated."""

    rows: int
    """Trained on, without those held out."""

    epochs: int = 1
    batch_size: int = 32
    validation_rows: int = 0
    unmatched_share: float = 0.0
    """Share of the rows whose class is only among those trained on, or only among those held out:
    the larger of the two."""

    shared_rows: int = 0
    """Rows to validate on that are trained on too, the same features and all."""

    validation_classes: int = 0
    """How many classes the rows to validate on have; 0 for targets that are none."""

    outside_share: float = 0.0
    """Share of the rows to validate on whose target, a number, is beyond all trained on."""

    test_rows: int = 0
    """Kept for the test; 0 where there are none, or it is not known."""

    test_shared_rows: int = 0
    """Rows of the test that are trained on too."""

    test_classes: int = 0
    """How many classes the rows of the test have; 0 for targets that are none."""

    @property
    def batches(self) -> int:
        """How many batches an epoch has, the last of which may be smaller."""
        return max(1, -(-self.rows // max(1, self.batch_size)))

    @property
    def steps(self) -> int:
        """How many steps of the optimizer all epochs are together."""
        return self.epochs * self.batches


class CheckedFact(msgspec.Struct, frozen=True, kw_only=True):
    """What the check of recipes says of it, in its own words."""

    about: str
    """``"labels"``, ``"loss"``, ``"output"``, ``"sizes"``, ``"metric"``, ``"data"``, ``"split"``,
    ``"lookup"`` or ``"monitor"``."""

    reason: str
    refused: bool = False
    path: str = ""


class StoppingFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What ends a training early."""

    monitor: str
    mode: str = "auto"
    """``"min"`` or ``"max"`` as it was given, else ``"auto"``."""

    better: str = ""
    """The same as Keras knows it of the metric; empty where it does not."""


class StartFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the first batch shows before any training."""

    rows: int
    loss: float
    chance_loss: float | None = None
    """What always saying the shares of the classes, or the mean, would cost; None where unknown."""

    reach: float | None = None
    """How far all steps of the training can bring the loss down, by its slope now, in losses: with
    1 it would come to 0 if the slope stayed as it is all the way. None where unknown."""

    strides_left: float | None = None
    """Share of the loss that is left where the whole way is taken in a few strides, looking anew
    which way is down after each: at the lowest of them. None where the reach is more than 1 or the
    way long enough for any weight, or unknown."""

    stepped_loss: float | None = None
    """The loss of the same rows after one step of the full rate down its slope."""

    output_spread: float | None = None
    """Standard deviation of the output over the rows."""

    dead_rows: float | None = None
    """Share of the rows for which the whole last layer gives 0."""


class OneBatchFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What came of training a copy on one batch alone, which any network that can learn at all
    knows by heart soon."""

    rows: int
    steps: int
    score: float
    """Share right of its rows, or R²."""

    baseline: float
    """The same for always saying its largest class, or its mean."""


class LearningFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a training showed: a short one of a copy, or one that is under way. Whoever cannot know
    something leaves it out."""

    seconds: float
    epochs: int
    steps: int
    is_whole: bool
    """Whether all epochs that are planned were trained."""

    losses: tuple[float, ...]
    """Of each epoch; a number that is not finite as it is."""

    validation_losses: tuple[float, ...] = ()
    chance_loss: float | None = None
    """What always saying the mean would cost."""

    output_spread: float = 1.0
    """Standard deviation of the outputs over the rows; of several the largest."""

    output_size: float = 1.0
    """The greatest absolute output."""

    dead_units: tuple[float, ...] = ()
    """Share of units that give 0 for every row, one a layer."""

    gradients: tuple[float, ...] = ()
    """Mean absolute gradient of the loss in the kernel of each layer at the end; 0 for a layer
    without one."""

    score: float | None = None
    """Share right of the training rows, or R²; None where neither is defined."""

    baseline: float | None = None
    """The same for always saying the largest class, or the mean."""

    validation_score: float | None = None
    """As ``score``, of the rows held out."""

    validation_baseline: float | None = None
    lost: float | None = None
    """Share of what the features allow to get right, above the baseline, that no last layer can
    any more: rows with other targets come to it as the same numbers. None where there is nothing
    above the baseline, or it was not looked at."""

    loss_in_training: float | None = None
    """Of some rows at the end, as a step of training computes it: Dropout drops, and
    BatchNormalization takes the batch's own statistics. None where no layer does either."""

    loss_without_dropout: float | None = None
    """The same with nothing dropped."""

    loss_in_use: float | None = None
    """Of the same rows, as the network answers."""

    one_batch: OneBatchFacts | None = None

    @property
    def has_learned(self) -> bool:
        """Whether half of what the baseline leaves wrong is right."""
        if self.score is None or self.baseline is None:
            return False
        return self.score - self.baseline > (1 - self.baseline) / 2


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known."""

    inputs: InputFacts
    targets: TargetFacts
    layers: tuple[LayerFacts, ...]
    """In the network's order, without the input."""

    compiled: CompileFacts
    fit: FitFacts
    sequential: bool = True
    """Whether each layer reads the one before and no other."""

    checked: tuple[CheckedFact, ...] = ()
    stopping: StoppingFacts | None = None
    """None where nothing ends the training early."""

    start: StartFacts | None = None
    cannot_train: str = ""
    """Why Keras refuses the first batch; empty where it does not."""

    learning: LearningFacts | None = None
    """None where nothing was trained."""

    @property
    def weighted(self) -> list[tuple[int, LayerFacts]]:
        """The layers that compute weighted sums, with their places."""
        return [(place, layer) for place, layer in enumerate(self.layers) if layer.learns]

    @property
    def last(self) -> tuple[int, LayerFacts] | None:
        """The last of them, which gives the output; None where there is none."""
        return self.weighted[-1] if self.weighted else None

    @property
    def hidden(self) -> list[tuple[int, LayerFacts]]:
        """All of them but the last."""
        return self.weighted[:-1]

    @property
    def first_reader(self) -> LayerFacts | None:
        """The first layer that computes with the features as they are; None where they are looked
        up, normalised or rescaled before."""
        for layer in self.layers:
            if layer.learns:
                return layer
            if layer.kind in (
                LayerKind.EMBEDDING, LayerKind.NORMALIZATION, LayerKind.PREPROCESSING,
            ):  # fmt: skip
                return None
        return None
