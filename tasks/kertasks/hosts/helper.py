"""What runs on a machine of the cluster that shares a training: a Ray actor with the network, which
computes what it is sent and keeps nothing of it."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING, Any

from kertasks.groups.ray.threads import leave_threads_alone
from kertasks.processes.keras_process import keras_environment

if TYPE_CHECKING:
    from kertasks.hosts.part import Arrays, Part, PartSums


class Helper:
    """Computes parts of batches; imports Keras, which takes some seconds.

    Args:
        network: what is trained, a ``Network``.

    Raises:
        Exception: whatever Keras says of a network that it cannot load.
    """

    def __init__(self, network: Any) -> None:
        os.umask(0o077)
        leave_threads_alone()
        os.environ.update(keras_environment(log_level=2))
        from kertasks.keras_import import import_keras

        import_keras()
        from kertasks.fitting.sharing.computing import PartComputer

        self._computer = PartComputer.of(network)

    def machine(self) -> str:
        """The name of its machine, once it is ready."""
        return platform.node()

    def is_there(self) -> bool:
        """Answered while a part is computed too."""
        return True

    def compute(self, weights: Arrays, part: Part) -> PartSums:
        """Compute a part.

        Args:
            weights: the trainable ones.
            part: rows of a batch.
        """
        self._computer.take_weights(weights)
        return self._computer.compute(part)
