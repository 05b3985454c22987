"""What the tabs have in common that show what the network makes of rows."""

from __future__ import annotations

from textual.binding import Binding

from kertasks.runs.looking.view import Rows
from kertui.live.looking.looked_at import next_rows
from kertui.live.tab import LiveTab, RunView


def rows_key(tab: str) -> Binding:
    """The key that looks at other rows.

    Args:
        tab: the title of the tab, for the name of the binding.
    """
    tooltip = "Look at test, validation or training rows in turn."
    return Binding("v", "other_rows", "other rows", id=f"live.{tab}_rows", tooltip=tooltip)


class RowsTab(LiveTab):
    """A tab that shows what the network makes of rows, and which rows a person chooses."""

    asks_network = True

    def __init__(self) -> None:
        super().__init__()
        self._view = RunView()
        self._history = self._view.history
        """Of the run that anything was chosen of."""

        self._rows: Rows | None = None
        """What a person chose; None for what is looked at first."""

    def follow(self, view: RunView) -> None:
        """Forget what was chosen where the run is another one."""
        if view.history is not self._history:
            self._history, self._rows = view.history, None
            self.forget()

    def forget(self) -> None:
        """Forget what was chosen besides the rows."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There are no rows where there is no network."""
        del parameters
        return action != "other_rows" or not self._view.no_network

    def action_other_rows(self) -> None:
        """Look at the next rows there are."""
        self._rows = next_rows(self._view)
        self.post_message(self.WantsOther())
