"""``kertasks.predict``."""

from __future__ import annotations

from typing import Any

import keras


def predict(
    model: keras.Model,
    x: Any,
    *,
    batch_size: int | None = None,
    verbose: str | int = 0,
    steps: int | None = None,
    callbacks: Any = None,
) -> Any:
    """What a model makes of rows. Arguments and result of ``keras.Model.predict``."""
    return model.predict(
        x, batch_size=batch_size, verbose=verbose, steps=steps, callbacks=callbacks
    )
