"""``kertasks.evaluate``."""

from __future__ import annotations

from typing import Any

import keras


def evaluate(
    model: keras.Model,
    x: Any = None,
    y: Any = None,
    *,
    batch_size: int | None = None,
    verbose: str | int = 0,
    sample_weight: Any = None,
    steps: int | None = None,
    callbacks: Any = None,
    return_dict: bool = False,
) -> Any:
    """Loss and metrics of a model on rows. Arguments and result of ``keras.Model.evaluate``."""
    return model.evaluate(
        x,
        y,
        batch_size=batch_size,
        verbose=verbose,
        sample_weight=sample_weight,
        steps=steps,
        callbacks=callbacks,
        return_dict=return_dict,
    )
