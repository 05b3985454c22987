"""imdb: is a film review positive? Which words occur decides; the network overfits early."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kertasks.export.script.script_data import MULTI_HOT, FoldsOf, ScriptData
from kertasks.kinds import BaselineMethod, Group, TaskKind
from kertasks.recipes.recipe import (
    CompileSettings,
    Component,
    DataSettings,
    FitSettings,
    Layer,
    Recipe,
)
from kertasks.task import Task, Variant

if TYPE_CHECKING:
    from kertasks.data.dataset import Dataset

HELD_OUT = "multi-hot"
ALL_ROWS = "multi-hot, all rows"

_WORDS = 10_000
_VALIDATION_ROWS = 10_000


def load(variant: str, seed: int) -> Dataset:  # noqa: ARG001 - nothing is drawn
    """Reviews as rows with a 1 for each of the 10,000 most frequent words that occurs.

    x: ``MultiHotRows``, uint8 (rows, 10000), 0 or 1. y: int32 (rows,), 1 for a positive review.
    """
    import keras

    from kertasks.data.dataset import Dataset
    from kertasks.data.described.samples import WordsSampler
    from kertasks.data.multi_hot import multi_hot
    from kertasks.data.sources.keras_datasets import call_keras, load_reviews
    from kertasks.data.splits import Split
    from kertasks.data.text_encoding import WordsEncoder

    word_index = call_keras(keras.datasets.imdb.get_word_index)
    reviews, test_reviews = load_reviews(_WORDS)
    x, y = multi_hot(reviews.texts, _WORDS), reviews.labels
    held_out = _VALIDATION_ROWS if variant == HELD_OUT else 0
    train = Split(x[held_out:], y[held_out:])
    validation = Split(x[:held_out], y[:held_out]) if held_out else None
    test = Split(multi_hot(test_reviews.texts, _WORDS), test_reviews.labels)
    texts = [(train, reviews.texts, held_out), (test, test_reviews.texts, 0)]
    if validation is not None:
        texts.append((validation, reviews.texts, 0))
    class_names = ("negative", "positive")
    return Dataset(
        train=train,
        validation=validation,
        test=test,
        class_names=class_names,
        target_name="review",
        sample=WordsSampler(word_index, class_names, tuple(texts)),
        encode=WordsEncoder(word_index, _WORDS),
        baseline_methods=(BaselineMethod.MAJORITY,),
    )


def script(variant: str) -> ScriptData:
    """What ``load`` does, in plain Python."""
    code = f"""
WORDS = {_WORDS:_}
(train_texts, y_train), (test_texts, y_test) = keras.datasets.imdb.load_data(
    num_words=WORDS
)
{MULTI_HOT}
x_train, x_test = multi_hot(train_texts), multi_hot(test_texts)
"""
    if variant == HELD_OUT:
        code += f"""\
# The first rows are held out for validation.
x_val, x_train = x_train[:{_VALIDATION_ROWS:_}], x_train[{_VALIDATION_ROWS:_}:]
y_val, y_train = y_train[:{_VALIDATION_ROWS:_}], y_train[{_VALIDATION_ROWS:_}:]
"""
    return ScriptData(code, has_validation=variant == HELD_OUT, has_test=True, folds=FoldsOf())


_BOOK = Recipe(
    task="imdb",
    name="book",
    layers=(
        Layer("Dense", {"units": 16, "activation": "relu"}),
        Layer("Dense", {"units": 16, "activation": "relu"}),
        Layer("Dense", {"units": 1, "activation": "sigmoid"}),
    ),
    compile=CompileSettings(
        optimizer=Component("RMSprop"), loss="binary_crossentropy", metrics=("accuracy",)
    ),
    fit=FitSettings(epochs=20, batch_size=512),
    data=DataSettings(HELD_OUT),
    summary="best near epoch 4, then overfits",
)

_RECIPES = (
    _BOOK,
    replace(
        _BOOK,
        name="retrain to the best epoch",
        fit=FitSettings(epochs=4, batch_size=512),
        data=DataSettings(ALL_ROWS),
        summary="all 25 000 rows, 4 epochs: about 0.88 on the test set",
    ),
)

TASK = Task(
    name="imdb",
    title="review, good or bad",
    group=Group.TEXT,
    order=10,
    kind=TaskKind.BINARY,
    question="Is a film review positive, judging by the words that occur in it?",
    variants=(
        Variant(HELD_OUT, "10 000 words; the first 10 000 training rows held out"),
        Variant(ALL_ROWS, "10 000 words; all 25 000 training rows, none held out"),
    ),
    recipes={recipe.name: recipe for recipe in _RECIPES},
    default_recipe="book",
    loader=load,
    script=script,
    files=("imdb.npz", "imdb_word_index.json"),
)
