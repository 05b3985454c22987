"""What is asked of the host that trains a run which is only followed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from kertasks.runs.folder import RunFolder
    from kertasks.runs.looking.view import Look, Moment, ViewRequest


class FarHost(Protocol):
    """A host whose runs are mirrored here."""

    def resume(self, run: RunFolder, epochs: int | None) -> None:
        """Go on with a run that is over.

        Raises:
            kertasks.UserError: it cannot be gone on with, or the host not be reached.
        """

    def look(self, run: RunFolder, moment: Moment, request: ViewRequest) -> Look:
        """Have a view of a run computed.

        Raises:
            kertasks.UserError: it cannot be computed, or the host not be reached.
        """
