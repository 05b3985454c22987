"""Calls ``fit`` with a run that follows it."""

from __future__ import annotations

from collections.abc import Callable
from inspect import BoundArguments
from typing import Any

import keras

from kertasks.scripts.fit_given import FitGiven
from kertasks.scripts.run import Run


def call_followed(plain: Callable[..., Any], bound: BoundArguments, *, fast: bool) -> Any:
    """Train, followed by a run.

    Args:
        plain: Keras's ``fit``.
        bound: what it is called with, the model first.
        fast: whether ``kertasks.fit`` is to train, where the backend is TensorFlow.

    Returns, raises: as ``fit``.
    """
    arguments = bound.arguments
    notices: list[str] = []
    run, arguments["callbacks"] = _with_run(arguments.get("callbacks"))
    if fast and keras.config.backend() != "tensorflow":
        fast = False
        notices.append(f"not compiled: --fast is for TensorFlow, and this trains by {_backend()}")
    run.expect(
        FitGiven(
            epochs=arguments.get("epochs", 1),
            x=arguments.get("x"),
            y=arguments.get("y"),
            validation_data=arguments.get("validation_data"),
            validation_split=arguments.get("validation_split") or 0.0,
            batch_size=arguments.get("batch_size"),
            notices=tuple(notices),
        )
    )
    try:
        if not fast:
            return plain(*bound.args, **bound.kwargs)
        from kertasks.fitting import fit

        arguments.setdefault("verbose", "auto")  # Keras's own default
        return fit(*bound.args, **bound.kwargs, on_notice=run.tell)
    except BaseException as error:
        run.left(error)
        raise


def _with_run(callbacks: Any) -> tuple[Run, Any]:
    """The run among the callbacks, or a new one after them, and all of them."""
    if isinstance(callbacks, keras.callbacks.CallbackList):
        run = next((one for one in callbacks.callbacks if isinstance(one, Run)), None)
        if run is None:
            run = Run()
            callbacks.callbacks.append(run)
            if callbacks.model is not None:
                run.set_model(callbacks.model)
            run.set_params(callbacks.params)
        return run, callbacks
    given = list(keras.tree.flatten(callbacks)) if callbacks else []
    run = next((one for one in given if isinstance(one, Run)), None)
    return (run, given) if run is not None else (new := Run(), [*given, new])


def _backend() -> str:
    return str(keras.config.backend())
