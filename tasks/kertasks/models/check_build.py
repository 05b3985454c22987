"""What Keras says of a recipe, asked without training and without drawing a weight.

This is the one check of a recipe against its data: the workbench, the command line, ``build_model``
and a trainer, of a new run as of a resumed one, all ask here. What is refused cannot be trained, or
only to numbers that mean nothing; what is warned of is said before training, which goes on.

Keras takes some mismatches of an output and the labels without a word (it repeats the smaller one)
and refuses others only at the first label that is too large; a person wants to know before.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import suppress

import keras

from kertasks.data.faults import faults_of
from kertasks.data.values import DataValues
from kertasks.keras_catalog.catalog import Catalog, Family
from kertasks.models.check import DataShape, Finding, LayerCheck, ModelCheck, ToldMetrics
from kertasks.models.keras_warnings import hearing_warnings
from kertasks.models.label_rules import LOSS, judge_loss, judge_metrics, setting_of
from kertasks.models.messages import BuildError
from kertasks.models.monitor import judge_monitor, undirected_metric
from kertasks.models.network import Network
from kertasks.models.no_weights import no_weights
from kertasks.models.output_range import output_range
from kertasks.models.sizes import Sizes, mismatch_of_sizes
from kertasks.models.split_rules import holds_out, refused_split, warned_splits
from kertasks.models.trials import (
    Ends,
    Trial,
    activation_trial,
    loss_trial,
    metric_trial,
    optimizer_trial,
)
from kertasks.pretrained.saved_file import UnusableFile, read_saved
from kertasks.recipes.recipe import INPUT, PRETRAINED, Layer, Recipe
from kertasks.recipes.recipe_errors import Problem
from kertasks.recipes.validation import validate

_NOTHING = LayerCheck(output_shape=None, parameters=None, trainable_parameters=None)


def check_model(
    recipe: Recipe,
    shape: DataShape,
    values: DataValues | None = None,
    catalog: Catalog | None = None,
) -> ModelCheck:
    """Shapes and parameters of every layer, everything that is refused and why, and warnings.

    Keras makes and calls each layer; no weight is drawn, so that a layer of a billion
    parameters is counted as fast as one of ten. Then Keras tries the loss and the metrics
    on two rows, and both are held against the labels. Takes some 2 ms a layer.

    Args:
        recipe: what to check; it may break every rule.
        shape: of the data it is to be trained on.
        values: what stands in the data; None where only its shape is known.
        catalog: Keras's classes, to judge arguments before any layer is made with them.
    """
    found = _Findings(validate(recipe, catalog))
    if values is not None:
        for fault in faults_of(values):
            found.add(Finding("", fault.text), fault.refused)
    layers, made, output = _check_layers(recipe, shape, found)
    found.refuse_problems()
    if output is not None and (values is None or values.train.y.are_numbers):
        _Training(recipe, output, shape, values, made).check(found)
    _check_rows(recipe, values, found)
    return _model_check(recipe, shape, layers, found)


class _Findings:
    """Everything that was found, a place at most once.

    Args:
        problems: faults of the recipe's own values.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.errors: list[Finding] = []
        self.warnings: list[Finding] = []
        self.told = ToldMetrics()
        self._problems = problems

    def problem_at(self, path: str) -> BuildError | None:
        """The first of the recipe's own faults at or under a path."""
        for problem in self._problems:
            if problem.path == path or problem.path.startswith(f"{path}."):
                return BuildError(problem.path, _reason(problem))
        return None

    def refuse_problems(self) -> None:
        """Refuse all of the recipe's own faults."""
        for problem in self._problems:
            self.add(Finding(problem.path, _reason(problem)), True)

    def add(self, finding: Finding, refused: bool) -> None:
        """Take note of it, unless something is refused at that place already."""
        if self.is_refused(finding.path):
            return
        (self.errors if refused else self.warnings).append(finding)

    def is_refused(self, path: str) -> bool:
        """Whether something is refused at a place, in it or around it; never of the data."""
        return bool(path) and any(
            error.path == path
            or error.path.startswith(f"{path}.")
            or path.startswith(f"{error.path}.")
            for error in self.errors
            if error.path
        )


def _reason(problem: Problem) -> str:
    return f"found {problem.found}; allowed: {problem.allowed}"


def _check_layers(
    recipe: Recipe, shape: DataShape, found: _Findings
) -> tuple[list[LayerCheck], list[keras.layers.Layer], Sizes | None]:
    """What Keras says of each layer up to the first it refuses.

    Returns:
        The checks, Keras's layers, and the sizes of one row of the output: None where there is
        none.
    """
    checks: list[LayerCheck] = []
    made: list[keras.layers.Layer] = []
    with no_weights():
        try:
            network = Network(recipe, shape.input_shape, shape.input_dtype)
            for index in range(len(recipe.layers)):
                path = f"layers.{index}"
                problem = found.problem_at(path)
                if problem is not None:
                    raise problem
                heard: list[str] = []
                with hearing_warnings(heard.append):
                    layer = network.add(index)
                    checks.append(_layer_check(layer, network, recipe.layers[index]))
                made.append(layer)
                heard += activation_trial(getattr(layer, "activation", None), checks[-1])
                for text in dict.fromkeys(heard):
                    found.add(Finding(path, text), False)
        except BuildError as error:
            complete = len(checks) == len(recipe.layers)
            if not complete and error.path.startswith(f"layers.{len(checks)}"):
                reason = _reason_of(error, len(checks))
                names = _names_in(recipe.layers[len(checks)])
                checks.append(LayerCheck(None, None, None, error=reason, names=names))
            if error.path or not found.errors:  # data of no number has no input either
                found.add(Finding(error.path, error.reason), True)
            return checks, made, None
    if network.output is None:
        return checks, made, None
    return checks, made, tuple(size or 1 for size in network.output.shape[1:])


def _layer_check(layer: keras.layers.Layer, network: Network, of: Layer) -> LayerCheck:
    return LayerCheck(
        output_shape=tuple(network.output.shape[1:]),
        parameters=int(layer.count_params()),
        trainable_parameters=sum(math.prod(weight.shape) for weight in layer.trainable_weights),
        inside=len(layer.layers) - len(layer.inputs) if of.class_name == PRETRAINED else 0,
        names=_names_in(of),
    )


def _names_in(layer: Layer) -> tuple[str, ...]:
    """Names of the layers of a saved network that a layer of the recipe is of."""
    file = layer.arguments.get("file")
    if layer.class_name != PRETRAINED or not isinstance(file, str):
        return ()
    with suppress(UnusableFile):  # which is said as why the layer is refused
        return read_saved(file).names
    return ()


def _reason_of(error: BuildError, place: int) -> str:
    """Why a layer is refused, for its own row: with the argument, without the layer."""
    argument = error.path.removeprefix(f"layers.{place}").lstrip(".")
    return f"{argument}: {error.reason}" if argument else error.reason


def _model_check(
    recipe: Recipe, shape: DataShape, layers: list[LayerCheck], found: _Findings
) -> ModelCheck:
    layers = layers + [_NOTHING] * (len(recipe.layers) - len(layers))
    complete = all(layer.parameters is not None for layer in layers)
    first = found.errors[0] if found.errors else None
    return ModelCheck(
        input_shape=shape.input_shape,
        layers=tuple(layers),
        parameters=sum(layer.parameters or 0 for layer in layers) if complete else None,
        trainable_parameters=sum(layer.trainable_parameters or 0 for layer in layers)
        if complete
        else None,
        error=first.reason if first is not None else None,
        error_path=first.path if first is not None else None,
        more_errors=tuple(found.errors[1:]),
        warnings=tuple(found.warnings),
        told=found.told,
    )


def _check_rows(recipe: Recipe, values: DataValues | None, found: _Findings) -> None:
    """Hold the division of the rows, and numbers that a layer looks up, against the data."""
    if values is None:
        return
    refused = refused_split(recipe.fit, values)
    if refused is not None:
        found.add(refused, True)
    for finding in warned_splits(recipe.fit, values):
        found.add(finding, False)
    for finding, is_refused in _numbers_looked_up(recipe, values):
        found.add(finding, is_refused)


def _numbers_looked_up(recipe: Recipe, values: DataValues) -> Iterator[tuple[Finding, bool]]:
    """Numbers of the data that an Embedding has no row for."""
    for index, layer in enumerate(recipe.layers):
        reads_data = layer.inputs == (INPUT,) or (index == 0 and not layer.inputs)
        rows = layer.arguments.get("input_dim")
        if layer.class_name != "Embedding" or not reads_data or not isinstance(rows, int):
            continue
        for split in values.splits:
            least, most = split.x.least, split.x.most
            if least is not None and most is not None and (least < 0 or most >= rows):
                of = "the data" if split is values.train else f"the {split.name}'s data"
                reason = f"holds rows for the numbers 0 to {rows - 1}; {of} has "
                reason += split.x.describe_range()
                yield Finding(f"layers.{index}.input_dim", reason), split.name != "test"


class _Training:
    """Checks what keeps a network from being trained, or from being trained to something.

    Args:
        recipe: its compile and fit settings are judged.
        output: sizes of one row of the network's output.
        shape: of the data.
        values: what stands in the data; None where it is not known.
        made: the recipe's layers as Keras's.
    """

    def __init__(
        self,
        recipe: Recipe,
        output: Sizes,
        shape: DataShape,
        values: DataValues | None,
        made: list[keras.layers.Layer],
    ) -> None:
        self._recipe = recipe
        self._output = output
        self._shape = shape
        self._values = values
        self._judged = (recipe, output, output_range(recipe.layers, made), shape)
        self._ends = _label_ends(values)
        """The least and the greatest label."""

    def check(self, found: _Findings) -> None:
        """Find everything that is wrong."""
        settings = self._recipe.compile
        self._take(optimizer_trial(settings.optimizer), "compile.optimizer", found)
        is_sized = self._check_loss(found)
        names = ["loss"]
        for index, metric in enumerate(settings.metrics):
            path = f"compile.metrics.{index}"
            if not found.is_refused(path):
                trial = metric_trial(metric, path, self._output, self._shape, self._ends)
                self._take(trial, path, found)
                names += trial.names
        if is_sized and self._values is not None:
            for finding in judge_metrics(*self._judged, self._values):
                found.add(finding, False)
        validates = self._values is None or holds_out(self._recipe.fit, self._values)
        self._check_monitor(names, validates, found)
        if not found.errors:
            names = list(dict.fromkeys(names))
            found.told = ToldMetrics(tuple(names), validates, undirected_metric(self._recipe))

    def _check_loss(self, found: _Findings) -> bool:
        """Hold the loss against sizes, labels and output, then have Keras try it.

        Returns:
            Whether the sizes go together.
        """
        if found.is_refused(LOSS):
            return False
        loss, by_names = self._recipe.compile.loss, self._values is None
        mismatch = mismatch_of_sizes(loss, self._output, self._shape, by_names=by_names)
        if mismatch is not None and setting_of(loss, Family.LOSSES, self._output, self._shape):
            found.add(Finding(LOSS, mismatch), True)
            return False
        if self._values is not None:
            for judged in judge_loss(*self._judged, self._values):
                found.add(judged.finding, judged.refused)
        if not found.is_refused(LOSS):
            trial = loss_trial(loss, self._output, self._shape, self._ends)
            self._take(trial, LOSS, found)
        return True

    def _take(self, trial: Trial, path: str, found: _Findings) -> None:
        if trial.fault is not None:
            found.add(trial.fault, True)
        for text in trial.heard:
            found.add(Finding(path, text), False)

    def _check_monitor(self, names: Iterable[str], validates: bool, found: _Findings) -> None:
        """Early stopping can watch what there will be, and nothing else."""
        stopping = self._recipe.fit.early_stopping
        path = "fit.early_stopping.monitor"
        if stopping is None or found.is_refused(path):
            return
        for finding, refused in judge_monitor(self._recipe, names, validates):
            found.add(finding, refused)


def _label_ends(values: DataValues | None) -> Ends:
    """The least and the greatest label to train on."""
    if values is None or values.train.y.least is None or values.train.y.most is None:
        return None
    return values.train.y.least, values.train.y.most
