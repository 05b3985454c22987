"""Runs scripts one after another in this process: importing Keras takes longer than most.

Usage: ``python -m tests.support.run_scripts SCRIPT.py …``; what each prints is kept
beside it as ``SCRIPT.txt``.
"""

from __future__ import annotations

import contextlib
import gc
import runpy
import sys
from functools import cache
from pathlib import Path
from typing import Any

from kertasks.keras_import import import_keras


def main() -> None:
    # To search Keras's million objects for garbage again and again takes a third of all the time.
    import_keras()
    import keras

    gc.set_threshold(50_000)
    for dataset in (keras.datasets.imdb, keras.datasets.reuters):
        # A dozen scripts read these two files.
        dataset.load_data = cache(dataset.load_data)
    fit = keras.Model.fit

    def fit_traced_once(model: keras.Model, *arguments: Any, **named: Any) -> Any:
        # What TensorFlow traces is traced again where it made variables, as an optimizer does.
        model.optimizer.build(model.trainable_variables)
        return fit(model, *arguments, **named)

    keras.Model.fit = fit_traced_once
    for name in sys.argv[1:]:
        script = Path(name)
        with script.with_suffix(".txt").open("w") as file, contextlib.redirect_stdout(file):
            runpy.run_path(name, run_name="__main__")
        keras.backend.clear_session()


if __name__ == "__main__":
    main()
