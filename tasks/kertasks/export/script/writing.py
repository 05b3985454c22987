"""A recipe as a plain Keras script. Imports neither Keras nor NumPy before it must."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace

from kertasks.errors import UserError
from kertasks.export.script.expressions import (
    Call,
    Expression,
    Items,
    comment,
    docstring,
    lines_of,
    literal,
)
from kertasks.export.script.fold_code import fold_imports, fold_lines
from kertasks.export.script.layers_code import expression_of, has_pretrained, network_lines
from kertasks.export.script.pretrained_code import PRETRAINED_CODE
from kertasks.export.script.script_data import ScriptData
from kertasks.keras_catalog.catalog import Catalog, Family
from kertasks.kinds import TaskKind
from kertasks.recipes.recipe import CompileSettings, EarlyStopping, FitSettings, Recipe
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.recipes.validation import validate
from kertasks.registry import find_task
from kertasks.task import Task


class NoScript(UserError):
    """A task does not say how its data is written in plain Python."""


def write_script(
    recipe: Recipe,
    catalog: Catalog,
    *,
    epochs: int | None = None,
    learning_rates: Mapping[int, float] | None = None,
    note: str | None = None,
    xla: bool = False,
    task: Task | None = None,
) -> str:
    """A script of Keras and NumPy alone that trains the recipe and prints its metrics.

    It begins with the same weights and takes the rows in the same order as ``kertasks.fit``,
    so the numbers are the same up to rounding, which a few networks amplify. Whatever the
    recipe's and the task's texts hold, they are literals and comments in the script.

    Args:
        recipe: what to train.
        catalog: Keras's classes.
        epochs: how many, the recipe's if not given.
        learning_rates: the optimizer's new learning rate by the epoch (from 0) it begins with.
        note: a sentence on the training for who reads the script.
        xla: whether to compile with XLA, as ``kertasks.fit`` may have done: what it rounds
            otherwise adds up over thousands of epochs, and it draws Dropout otherwise.
        task: the recipe's, as it was when it was trained; None for the one there is now.

    Raises:
        UnknownTask, UnknownVariant: the recipe's task is none.
        RecipeError: the recipe has a fault; every one is listed.
        NoScript: the task's data has no plain form.
    """
    task = task or find_task(recipe.task)
    variant = task.variant(recipe.data.variant).name
    problems = validate(recipe, catalog)
    if problems:
        raise RecipeError(problems)
    if task.script is None:
        raise NoScript(f"the task {task.name} does not say how its data is read without kertasks")
    fold = recipe.data.held_out_fold
    data = task.script(variant)
    if fold is not None and data.folds is None:
        raise NoScript(
            f"of the data of {task.name} no script says how the rows of {fold} are chosen; its "
            "history, its model and the script of a run on all rows can be exported"
        )
    fit = recipe.fit
    data_lines = data.code.strip("\n").splitlines()
    has_validation = data.has_validation
    imports = data.imports
    if fold is not None and data.folds is not None:
        data_lines += fold_lines(data.folds, fold, task.kind, validates=has_validation)
        imports += fold_imports(data.folds, task.kind)
        has_validation = True
    data_lines += data.lines(validates=has_validation)
    if has_validation and recipe.data.train_on_validation:
        data_lines += JOINED
        has_validation = False
    if not has_validation and fit.validation_split:
        data_lines += hold_out_lines(fit.validation_split)
        has_validation = True
    training = fit_lines(fit, has_validation, learning_rates or {}, note)
    results = result_lines(recipe.compile, data, task.kind is TaskKind.REGRESSION, task.unit)
    functions = PRETRAINED_CODE if has_pretrained(recipe.layers) else ""
    code = "\n".join([*imports, functions, *data_lines, BATCHES, *training, *results])
    network = [
        *comment(_summary(task, recipe)),
        "# The seed decides the weights that training begins with.",
        "keras.utils.set_random_seed(SEED)",
        *network_lines(recipe.layers, catalog, {"keras", "layers", *re.findall(r"\w+", code)}),
        "model.summary()",
        *compile_lines(recipe.compile, catalog, xla),
    ]
    body = [
        *([*functions.splitlines(), "", ""] if functions else []),
        f"SEED = {literal(recipe.seed)}",
        f"EPOCHS = {literal(fit.epochs if epochs is None else epochs)}",
        f"BATCH_SIZE = {literal(fit.batch_size)}",
        "",
        *data_lines,
        "",
        *network,
        *(["", "", *BATCHES.splitlines(), "", ""] if fit.shuffle else [""]),
        *training,
        "",
        *results,
    ]
    return "\n".join([docstring(task.question), "", *_imports(body, imports), "", *body, ""])


def _summary(task: Task, recipe: Recipe) -> str | None:
    """The task's own words on the recipe, as long as it is the task's own recipe."""
    own = task.recipes.get(recipe.name)
    if own is None or not own.summary or replace(own, seed=recipe.seed) != recipe:
        return None
    return f'The network "{own.name}": {own.summary}.'


_STANDARD = ("csv", "datetime", "gzip", "itertools", "json", "math", "re")
"""Python's own modules that a script's code may use, by their names with a point behind."""


def _imports(body: list[str], of_data: tuple[str, ...]) -> list[str]:
    """The import statements, sorted as ``ruff`` sorts them."""
    text = "\n".join(body)
    used = (name for name in _STANDARD if re.search(rf"\b{name}\.", text))
    standard = [f"import {name}" for name in used]
    others = ["import keras", "from keras import layers"]
    if re.search(r"\bnp\.", text):
        others.append("import numpy as np")
    for statement in _joined(of_data):
        module = re.split(r"[ .]", statement)[1]
        (standard if module in sys.stdlib_module_names else others).append(statement)

    def sorted_by_kind(statements: list[str]) -> list[str]:
        return sorted(statements, key=lambda one: (one.startswith("from "), one))

    first = sorted_by_kind(standard)
    return [*first, *([""] if first else []), *sorted_by_kind(others)]


def _joined(statements: Iterable[str]) -> list[str]:
    """Import statements, one a module."""
    names: dict[str, set[str]] = {}
    for statement in statements:
        module, _, what = statement.partition(" import ")
        names.setdefault(module, set()).update(filter(None, what.split(", ")))
    return [
        f"{module} import {', '.join(sorted(what))}" if what else module
        for module, what in names.items()
    ]


def keras_script(recipe: Recipe, epochs: int | None = None) -> str:
    """A script of Keras and NumPy alone that trains the recipe and prints its metrics.

    Args:
        recipe: what to train.
        epochs: how many, the recipe's if not given.

    Raises:
        As ``kertasks.export.script.writing.write_script``.
    """
    from kertasks.keras_catalog.introspection import installed_catalog  # imports Keras

    return write_script(recipe, installed_catalog(), epochs=epochs)


BATCHES = '''\
def batches():
    """Yield the training rows for ever, each epoch in an order of its own."""
    for epoch in itertools.count():
        # Drawn from the seed and the epoch: each run of this script is the same.
        order = np.random.default_rng([SEED, epoch]).permutation(len(x_train))
        for start in range(0, len(order), BATCH_SIZE):
            rows = order[start : start + BATCH_SIZE]
            yield x_train[rows], y_train[rows]'''
"""The training rows as ``kertasks.fit`` takes them. A generator, because Keras reads it in its
order; a ``PyDataset`` prepares the next epoch's first batches before it hears of its end."""

JOINED = [
    "# The rows held out for validation are trained on too.",
    "x_train, y_train = np.concatenate([x_train, x_val]), np.concatenate([y_train, y_val])",
]
"""Lines that hold nothing out any more."""

_LEARNING_RATES = """\
# The learning rate was changed while it trained, at these epochs (the first is 0).
# A change in the middle of an epoch is made at its beginning here, which is not exact."""

_MEAN_ABSOLUTE_ERROR = frozenset({"mae", "MAE", "mean_absolute_error"})


def compile_lines(settings: CompileSettings, catalog: Catalog, xla: bool) -> list[str]:
    """Give the lines that compile ``model``."""
    arguments: dict[str, Expression] = {
        "optimizer": expression_of(settings.optimizer, Family.OPTIMIZERS, catalog),
        "loss": expression_of(settings.loss, Family.LOSSES, catalog),
    }
    if settings.metrics:
        metrics = (expression_of(metric, Family.METRICS, catalog) for metric in settings.metrics)
        arguments["metrics"] = Items(tuple(metrics))
    why: list[str] = []
    if xla:
        why = [
            "# XLA compiles a step into one program; it also rounds and draws Dropout its own way."
        ]
        arguments["jit_compile"] = "True"
    return [*why, *lines_of("", Call.of("model.compile", **arguments))]


def hold_out_lines(share: float) -> list[str]:
    """Lines that take ``x_val`` and ``y_val`` from the end of the training rows."""
    return [
        f"# The last {100 * share:.4g}% of the training rows are held out for validation.",
        f"rows = int(len(x_train) * (1 - {literal(share)}))",
        "x_train, x_val = x_train[:rows], x_train[rows:]",
        "y_train, y_val = y_train[:rows], y_train[rows:]",
    ]


def fit_lines(
    settings: FitSettings,
    has_validation: bool,
    learning_rates: Mapping[int, float],
    note: str | None,
) -> list[str]:
    """Lines that train ``model`` with ``BATCHES``, or with the rows as they lie."""
    lines = comment(note)
    arguments: dict[str, Expression]
    if settings.shuffle:
        rows, steps = ["batches()"], "math.ceil(len(x_train) / BATCH_SIZE)"
        arguments = {"steps_per_epoch": steps, "epochs": "EPOCHS"}
    else:
        rows = ["x_train", "y_train"]
        arguments = {"batch_size": "BATCH_SIZE", "epochs": "EPOCHS", "shuffle": "False"}
    if has_validation:
        arguments["validation_data"] = "(x_val, y_val)"
        arguments["validation_batch_size"] = "BATCH_SIZE"
    callbacks: list[Expression] = []
    if learning_rates:
        lines += _LEARNING_RATES.splitlines()
        changes = [f"    {epoch}: {literal(rate)}," for epoch, rate in learning_rates.items()]
        lines += ["LEARNING_RATES = {", *changes, "}"]
        follow = "lambda epoch, rate: LEARNING_RATES.get(epoch, rate)"
        callbacks.append(Call.of("keras.callbacks.LearningRateScheduler", follow))
    if settings.early_stopping is not None:
        callbacks.append(_early_stopping(settings.early_stopping))
    if callbacks:
        arguments["callbacks"] = Items(tuple(callbacks))
    call = Call.of("model.fit", *rows, **arguments, verbose="2")
    return [*lines, *lines_of("history = ", call)]


def _early_stopping(stopping: EarlyStopping) -> Call:
    arguments = {"monitor": literal(stopping.monitor), "patience": literal(stopping.patience)}
    if stopping.min_delta:
        arguments["min_delta"] = literal(stopping.min_delta)
    if stopping.mode != "auto":
        arguments["mode"] = literal(stopping.mode)
    if stopping.baseline is not None:
        arguments["baseline"] = literal(stopping.baseline)
    if stopping.restore_best_weights:
        arguments["restore_best_weights"] = "True"
    return Call.of("keras.callbacks.EarlyStopping", **arguments)


def result_lines(
    settings: CompileSettings, data: ScriptData, is_regression: bool, unit: str | None
) -> list[str]:
    """Lines that print the last epoch's metrics and, where there are rows for it, the test's.

    A regression's mean absolute error is in the target's own unit, whatever it is trained on.
    """
    lines = ['print("last epoch:", {name: values[-1] for name, values in history.history.items()})']
    if not data.has_test:
        return lines
    lines += [
        "test = model.evaluate(",
        "    x_test, y_test, batch_size=BATCH_SIZE, verbose=0, return_dict=True",
        ")",
        'print("test:", test)',
    ]
    if not is_regression:
        return lines
    of_unit = f" in {unit}" if unit else ""
    if data.target_scale is None and not _MEAN_ABSOLUTE_ERROR.isdisjoint(
        map(str, settings.metrics)
    ):
        if unit:
            lines[-1:-1] = comment(f"mae, the mean absolute error, is{of_unit}.")
        return lines
    error = "np.abs(predicted - y_test).mean()"
    if data.target_scale is not None:
        error = f"{data.target_scale} * {error}"
        lines.append("# Trained on a scaled target: its scale turns the error back.")
    return [
        *lines,
        "predicted = model.predict(x_test, verbose=0).reshape(-1)",
        f"print({literal(f'mean absolute error{of_unit}:')}, {error})",
    ]
