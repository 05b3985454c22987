"""What learns next to nothing, against scikit-learn on the rows themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from kertasks.data.multi_hot import MultiHotRows, multi_hot, pack_texts
from kertasks.data.splits import Split
from kertasks.registry import find_task
from kertasks.scores.baselines import all_baselines, usual_rows
from kertasks.scores.run_baselines import Baseline, RunBaselines, read_baselines, write_baselines
from kertasks.trainer.score_to_beat import compute
from kertasks.views.split_choice import data_of_run


def test_of_classes_all_three_methods_are_told_the_best_first() -> None:
    task = find_task("breast-cancer")
    data = task.load()
    test = usual_rows(data)
    found = all_baselines(data, test)
    assert [one.name for one in found] == ["logistic regression", "majority", "shuffled labels"]
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
    model.fit(data.train.x, data.train.labels)
    assert found[0].value == pytest.approx(model.score(test.x, test.labels))
    share = np.bincount(test.labels)[np.bincount(data.train.labels).argmax()] / test.rows
    assert found[1].value == pytest.approx(share)


def test_of_numbers_the_error_is_in_the_targets_own_unit() -> None:
    data = find_task("diabetes").load()
    test = usual_rows(data)
    found = all_baselines(data, test)
    line = LinearRegression().fit(data.train.x, data.train.y)
    assert found[0].name == "linear regression"
    assert found[0].metric == "mae"
    assert found[0].value == pytest.approx(np.abs(line.predict(test.x) - test.y).mean(), rel=1e-4)
    assert found[1].value > found[0].value


def test_a_line_through_the_squares_is_no_better_than_their_mean() -> None:
    found = all_baselines(data := find_task("square").load("21 points"), data.train)
    assert [one.name for one in found] == ["mean", "linear regression"]
    assert found[0].value == pytest.approx(found[1].value)


def test_multi_hot_rows_are_never_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 400)
    texts = [[int(label), *random.integers(2, 5_000, 20)] for label in labels]
    rows = multi_hot(pack_texts(texts), 5_000)
    monkeypatch.delattr(MultiHotRows, "_written_out")
    data = replace(
        find_task("xor").load(),
        train=Split(rows[:300], labels[:300]),
        validation=None,
        test=Split(rows[300:], labels[300:]),
    )
    best = all_baselines(data, usual_rows(data))[0]
    assert (best.name, best.value) == ("logistic regression", 1.0)


def test_they_are_fitted_on_the_rows_that_the_network_trains_on() -> None:
    task = find_task("square")
    recipe = task.recipes["answer"]
    data = task.load(recipe.data.variant)
    of_run = data_of_run(data, recipe)
    assert of_run.validation is not None
    held_out = all_baselines(of_run, of_run.validation)
    mean = float(np.mean(of_run.train.y))
    error = np.abs(np.asarray(of_run.validation.y, dtype=float) - mean).mean()
    assert {one.name: one.value for one in held_out}["mean"] == pytest.approx(error)


def test_reuters_has_a_hard_score_to_beat(genuine_data: Path) -> None:
    data = find_task("reuters").load()
    best = all_baselines(data, usual_rows(data))[0]
    assert best.name == "logistic regression"
    assert 0.79 < best.value < 0.82


def test_an_error_that_keras_tells_in_deviations_is_compared_in_deviations(
    genuine_data: Path,
) -> None:
    task = find_task("boston")
    own, scaled = (compute(task.load(variant)) for variant in ("standardised", "scaled target"))
    assert own.best is not None
    assert scaled.best is not None
    assert scaled.best.value == pytest.approx(own.best.value, rel=1e-3)
    assert own.level_of("mae") == own.best.value
    assert scaled.level_of("mean_absolute_error") == pytest.approx(own.best.value / 9.19, rel=0.01)
    assert own.level_of("loss") is None
    assert own.best.gain("mae", own.best.value - 1) == pytest.approx(1)


def test_the_file_of_a_run_is_read_back_and_a_spoilt_one_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "baselines.json"
    assert read_baselines(path) == RunBaselines()
    kept = RunBaselines((Baseline("majority", "accuracy", 0.5),), 2.0)
    write_baselines(path, kept)
    assert read_baselines(path) == kept
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text('{"found":[{"name":"a\\u001b]52;c;x\\u0007b","metric":"accuracy","value":1}]}')
    best = read_baselines(path).best
    assert best is not None
    assert best.name.isprintable()
    for spoilt in ("{", '{"found": 3}', '{"found": [], "target_scale": 0}', "[" * 5_000):
        path.write_text(spoilt)
        assert read_baselines(path) == RunBaselines()
