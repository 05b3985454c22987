"""When the metrics of a pass begin anew, and how they are read at its end.

A compiled program does both by itself where nobody can tell the difference from Keras, which
resets metrics before an epoch and reads them after its last batch hook, each time in Python.
"""

from __future__ import annotations

import keras

from kertasks.fitting.callback_hooks import BatchHooks
from kertasks.fitting.keras_internals.keras_metrics import (
    metrics_now,
    reads_metrics_as_keras_does,
    reset_metrics,
)
from kertasks.fitting.programs.compiled_pass import CompiledPass
from kertasks.fitting.programs.program import Logs
from kertasks.fitting.sharing.shared_pass import SharedPass


class MetricReader:
    """Resets and reads the metrics of one kind of pass.

    Args:
        model: a built and compiled Keras model.
        compiled: runs its passes.
        hooks: of the callbacks, which may change metrics.
        unbuilt: the metrics given to ``compile`` were not built when ``fit`` or ``evaluate`` was
            called, so Keras's first reset does not come to them.
    """

    def __init__(
        self,
        model: keras.Model,
        compiled: CompiledPass | SharedPass,
        hooks: BatchHooks,
        unbuilt: bool = False,
    ) -> None:
        self.resets_in_program = compiled.resets_metrics and not hooks.may_change_metrics_before
        """Whether the first call of a pass is to reset the metrics."""

        self._reads_in_program = (
            reads_metrics_as_keras_does(model) and not hooks.may_change_metrics_after
        )
        self._model = model
        self._unbuilt = unbuilt

    def reset(self) -> None:
        """Begin anew, where the program does not."""
        if not self.resets_in_program:
            reset_metrics(self._model, as_unbuilt=self._unbuilt)
        self._unbuilt = False

    def read(self, logs: Logs) -> Logs:
        """The metrics of a pass that is over.

        Args:
            logs: what its last call gave.
        """
        return logs if self._reads_in_program else metrics_now(self._model, logs)
