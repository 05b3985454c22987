"""scikit-learn's own data, written as people write files: the suggested recipe is no worse than
logistic or linear regression."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import kertasks
from kertasks.kinds import TaskKind
from kertasks.own_tasks.data_task import DataTask
from kertasks.own_tasks.task_of_data import task_of
from kertasks.scores.baselines import fit_baseline
from kertasks.tables.table import Column, Reading, Role, SplitChoice, SplitWay, Table

pytestmark = pytest.mark.training

DIALECTS = {
    "iris": Reading(),
    "wine": Reading(delimiter=";", decimal=","),
    "breast_cancer": Reading(delimiter="\t"),
    "diabetes": Reading(delimiter="|", header=False),
    "digits": Reading(delimiter=";", encoding="latin-1", quote="'"),
}


def write(name: str, folder: Path) -> Table:
    """Write the data in the dialect of its name, a class by its name, the target last."""
    from sklearn import datasets

    found: Any = getattr(datasets, f"load_{name}")()
    reading, classes = DIALECTS[name], tuple[str, ...]()
    names = [str(one) for one in getattr(found, "feature_names", range(found.data.shape[1]))]
    names.append("Größe")
    rows = [[repr(float(value)) for value in row] for row in found.data]
    if name != "diabetes":
        classes = tuple(f"is {one}" for one in found.target_names)
        targets = [classes[label] for label in found.target]
    else:
        targets = [repr(float(value)) for value in found.target]
    lines = [
        reading.delimiter.join([*(cell.replace(".", reading.decimal) for cell in row), target])
        for row, target in zip(rows, targets, strict=True)
    ]
    header = [reading.delimiter.join(f"{reading.quote}{one}{reading.quote}" for one in names)]
    if not reading.header:
        header, names = [], [f"column {at}" for at in range(1, len(names) + 1)]
    text = "\r\n".join([*header, *lines, ""])
    (folder / f"{name}.csv").write_bytes(text.encode(reading.encoding))
    role = Role.CATEGORY if classes else Role.NUMBER
    return Table(
        f"{name}.csv",
        names[-1],
        (*(Column(one, Role.NUMBER) for one in names[:-1]), Column(names[-1], role)),
        reading,
        classes,
        split=SplitChoice(SplitWay.STRATIFIED if classes else SplitWay.RANDOM, 0.3),
        rows=len(lines),
    )


def gains(name: str, folder: Path, seed: int, xla: bool | None = None) -> NDArray[np.float64]:
    """By how much the suggested recipe is better than the baseline for each row held out of a
    split: right answers more, or the error less."""
    table = write(name, folder)
    task = task_of(folder / f"{name.replace('_', '-')}.toml", DataTask(table))
    recipe = replace(task.recipe(), seed=seed)
    data = task.load(seed=recipe.seed)
    assert data.test is not None
    assert data.train.rows + data.test.rows == table.rows
    model = kertasks.build_model(recipe, data)
    stopping = recipe.fit.early_stopping
    callbacks = []
    if stopping is not None:
        import keras

        callbacks = [
            keras.callbacks.EarlyStopping(
                stopping.monitor,
                patience=stopping.patience,
                restore_best_weights=stopping.restore_best_weights,
            )
        ]
    kertasks.fit(
        model,
        data.train.x,
        data.train.y,
        batch_size=recipe.fit.batch_size,
        epochs=recipe.fit.epochs,
        validation_split=recipe.fit.validation_split,
        callbacks=callbacks,
        verbose=0,
        xla=xla,
        seed=recipe.seed,
    )
    said = kertasks.predict(model, data.test.x)
    simple = fit_baseline(data.baseline_methods[1], data)
    other = simple.predict(np.asarray(data.test.x, np.float64))
    if task.kind is TaskKind.REGRESSION:
        truth = data.target_in_own_unit(data.test.y)
        found = np.abs(other - truth) - np.abs(data.target_in_own_unit(said[:, 0]) - truth)
    else:
        labels = said.argmax(1) if said.shape[1] > 1 else (said[:, 0] > 0.5).astype(int)
        found = (labels == data.test.y).astype(float) - (other == data.test.y)
    return np.asarray(found, np.float64)


@pytest.mark.parametrize("name", DIALECTS)
def test_the_suggested_recipe_is_no_worse(name: str, tmp_path: Path) -> None:
    found = gains(name, tmp_path, 0, xla=False)  # compiling takes longer than to train
    # Row by row: worse is what the rows say beyond chance, at 95 %.
    slack = 1.96 * found.std(ddof=1) / np.sqrt(len(found))
    assert found.mean() + slack >= 0, (name, found.mean(), slack)


@pytest.mark.long
@pytest.mark.parametrize("name", DIALECTS)
def test_over_many_splits_it_is_as_good(name: str, tmp_path: Path) -> None:
    """Though the baseline learns of all training rows, and the network holds a fifth of them out to
    validate by: the same baseline without that fifth loses 0.006 on iris and 0.007 on wine."""
    found = np.array([gains(name, tmp_path, seed).mean() for seed in range(500, 520)])
    chance = found.std(ddof=1) / np.sqrt(len(found))
    assert found.mean() + chance >= 0, (name, found.mean(), chance)
