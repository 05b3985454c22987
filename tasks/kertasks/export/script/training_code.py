"""What a script does with its model: ``compile``, ``fit`` and ``evaluate``."""

from __future__ import annotations

from collections.abc import Mapping

from kertasks.export.script.expressions import Call, Expression, Items, comment, lines_of, literal
from kertasks.export.script.layers_code import expression_of
from kertasks.export.script.script_data import ScriptData
from kertasks.keras_catalog.catalog import Catalog, Family
from kertasks.recipes.recipe import CompileSettings, EarlyStopping, FitSettings

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
        "test = model.evaluate(x_test, y_test, verbose=0, return_dict=True)",
        'print("test:", test)',
    ]
    if not is_regression:
        return lines
    of_unit = f" in {unit}" if unit else ""
    if data.target_scale is None and not _MEAN_ABSOLUTE_ERROR.isdisjoint(
        map(str, settings.metrics)
    ):
        if unit:
            lines.insert(-1, f"# mae, the mean absolute error, is{of_unit}.")
        return lines
    error = "np.abs(predicted - y_test).mean()"
    if data.target_scale is not None:
        error = f"{data.target_scale} * {error}"
        lines.append("# Trained on a scaled target: its scale turns the error back.")
    return [
        *lines,
        "predicted = model.predict(x_test, verbose=0).reshape(-1)",
        f'print("mean absolute error{of_unit}:", {error})',
    ]
