"""Keras's own training, to compare with."""

from __future__ import annotations

from typing import Any

import keras


def fit_by_keras(model: keras.Model, *arguments: Any, **named: Any) -> keras.callbacks.History:
    """Train by ``model.fit``, the optimizer built before where the model has its variables and
    Keras's own step: TensorFlow traces a step again in which an optimizer made its variables, and
    that takes as long as all else."""
    if model.built and type(model).train_step is keras.Model.train_step:
        model.optimizer.build(model.trainable_variables)
    return model.fit(*arguments, verbose=0, **named)
