"""reuters: which of 46 topics is a newswire? Few rows a class, and a bottleneck to avoid."""

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

ONE_HOT = "one-hot labels"
INTEGERS = "integer labels"
SWAPPED = "split the wrong way round"

_WORDS = 10_000
_CLASSES = 46
_HELD_OUT_ROWS = 1_000


def load(variant: str, seed: int) -> Dataset:  # noqa: ARG001 - nothing is drawn
    """Newswires as rows with a 1 for each of the 10,000 most frequent words that occurs.

    x: ``MultiHotRows``, uint8 (rows, 10000), 0 or 1.
    y: float32 (rows, 46) one-hot, or int32 (rows,).
    """
    import keras
    import numpy as np

    from kertasks.data.dataset import Dataset
    from kertasks.data.described.samples import WordsSampler
    from kertasks.data.multi_hot import multi_hot, pack_texts
    from kertasks.data.sources.keras_datasets import call_keras
    from kertasks.data.splits import Split
    from kertasks.data.text_encoding import WordsEncoder

    word_index = call_keras(keras.datasets.reuters.get_word_index)
    (x_train, y_train), (x_test, y_test) = call_keras(
        keras.datasets.reuters.load_data, num_words=_WORDS
    )
    train_texts, test_texts = pack_texts(x_train), pack_texts(x_test)
    del x_train, x_test
    labels, test_labels = y_train.astype(np.int32), y_test.astype(np.int32)
    if variant != INTEGERS:
        one_hot = np.eye(_CLASSES, dtype=np.float32)
        labels, test_labels = one_hot[labels], one_hot[test_labels]
    x = multi_hot(train_texts, _WORDS)
    first = Split(x[:_HELD_OUT_ROWS], labels[:_HELD_OUT_ROWS])
    rest = Split(x[_HELD_OUT_ROWS:], labels[_HELD_OUT_ROWS:])
    train, validation = (first, rest) if variant == SWAPPED else (rest, first)
    test = Split(multi_hot(test_texts, _WORDS), test_labels)
    class_names = tuple(keras.datasets.reuters.get_label_names())
    return Dataset(
        train=train,
        validation=validation,
        test=test,
        class_names=class_names,
        target_name="topic",
        sample=WordsSampler(
            word_index,
            class_names,
            ((first, train_texts, 0), (rest, train_texts, _HELD_OUT_ROWS), (test, test_texts, 0)),
        ),
        encode=WordsEncoder(word_index, _WORDS),
        baseline_methods=(BaselineMethod.MAJORITY, BaselineMethod.SHUFFLED_LABELS),
    )


def script(variant: str) -> ScriptData:
    """What ``load`` does, in plain Python."""
    code = f"""
WORDS = {_WORDS:_}
(train_texts, y_train), (test_texts, y_test) = keras.datasets.reuters.load_data(
    num_words=WORDS
)
{MULTI_HOT}
x_train, x_test = multi_hot(train_texts), multi_hot(test_texts)
"""
    if variant != INTEGERS:
        code += f"""\
# A topic's number becomes {_CLASSES} values, a 1 in its place.
y_train = keras.utils.to_categorical(y_train, {_CLASSES})
y_test = keras.utils.to_categorical(y_test, {_CLASSES})
"""
    first, rest = ("train", "val") if variant == SWAPPED else ("val", "train")
    code += f"""\
# The first rows are {"trained on" if variant == SWAPPED else "held out for validation"}.
x_{first}, x_{rest} = x_train[:{_HELD_OUT_ROWS:_}], x_train[{_HELD_OUT_ROWS:_}:]
y_{first}, y_{rest} = y_train[:{_HELD_OUT_ROWS:_}], y_train[{_HELD_OUT_ROWS:_}:]
"""
    return ScriptData(code, has_validation=True, has_test=True, folds=FoldsOf())


def _layers(*hidden: int) -> tuple[Layer, ...]:
    return (
        *(Layer("Dense", {"units": units, "activation": "relu"}) for units in hidden),
        Layer("Dense", {"units": _CLASSES, "activation": "softmax"}),
    )


_BOOK = Recipe(
    task="reuters",
    name="book",
    layers=_layers(64, 64),
    compile=CompileSettings(
        optimizer=Component("RMSprop"), loss="categorical_crossentropy", metrics=("accuracy",)
    ),
    fit=FitSettings(epochs=20, batch_size=512),
    data=DataSettings(ONE_HOT),
    summary="best near epoch 9, then overfits",
)


def _capacity(name: str, summary: str, *hidden: int) -> Recipe:
    """One net of the capacity comparison: all else is equal."""
    fit = FitSettings(epochs=20, batch_size=128)
    return replace(_BOOK, name=name, layers=_layers(*hidden), fit=fit, summary=summary)


_RECIPES = (
    _BOOK,
    replace(
        _BOOK,
        name="retrain to the best epoch",
        fit=FitSettings(epochs=9, batch_size=512),
        summary="the book's net, stopped at epoch 9: 0.79 on the test set",
    ),
    replace(
        _BOOK,
        name="book, integer labels",
        compile=replace(_BOOK.compile, loss="sparse_categorical_crossentropy"),
        data=DataSettings(INTEGERS),
        summary="the same with the sparse loss",
    ),
    replace(
        _BOOK,
        name="as asked",
        data=DataSettings(SWAPPED),
        summary="trains on 1 000 rows: the split is the wrong way round",
    ),
    _capacity("second layer 4", "a bottleneck: 4 units for 46 classes", 64, 4),
    _capacity("second layer 32", "still narrower than the 46 classes", 64, 32),
    _capacity("second layer 64", "the book's width, batch 128", 64, 64),
    _capacity("second layer 128", "twice the book's width", 64, 128),
    _capacity("one hidden layer", "less depth", 64),
    _capacity("three hidden layers", "more depth", 64, 64, 64),
)

TASK = Task(
    name="reuters",
    title="46 newswire topics",
    group=Group.TEXT,
    order=20,
    kind=TaskKind.MULTICLASS,
    question="Which of 46 topics is a newswire about, judging by the words in it?",
    variants=(
        Variant(ONE_HOT, "10 000 words; the first 1 000 training rows held out"),
        Variant(INTEGERS, "the same rows, labels as whole numbers"),
        Variant(SWAPPED, "trains on the 1 000 rows, validates on the other 7 982"),
    ),
    recipes={recipe.name: recipe for recipe in _RECIPES},
    default_recipe="book",
    loader=load,
    script=script,
    files=("reuters.npz", "reuters_word_index.json"),
)
