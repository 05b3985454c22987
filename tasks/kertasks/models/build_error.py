"""Why a recipe cannot become a model, where, in one line."""

from __future__ import annotations

from kertasks.errors import UserError


class BuildError(UserError):
    """A part of a recipe that Keras, or the data, refuses."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        """Where, as in ``--set``: ``layers.1``, ``compile.loss``."""

        self.reason = reason
        """One line."""
