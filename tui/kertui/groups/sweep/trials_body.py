"""The table of a sweep's trials over their curves, or over what its settings do."""

from __future__ import annotations

from textual.app import ComposeResult

from kertasks.groups.folder import GroupFolder
from kertasks.groups.sweep.asked import Sweep
from kertasks.runs.folder import RunFolder
from kertui.groups.group_body import GroupBody
from kertui.groups.group_curves import GroupCurves, waiting
from kertui.groups.sweep.effects_area import EffectsArea
from kertui.groups.sweep.trial_table import TrialTable
from kertui.groups.sweep.trials_seen import TrialsSeen
from kertui.text.group_figures import metric_value


class TrialsBody(GroupBody[TrialsSeen]):
    """Shows the trials, the one under the cursor apart among the curves.

    Args:
        group: whose.
    """

    _table: TrialTable

    def __init__(self, group: GroupFolder) -> None:
        super().__init__(TrialTable(), GroupCurves("best"))
        self._group = group
        self._effects = EffectsArea()

    def compose(self) -> ComposeResult:
        """Lay out the table over the curves, and what may stand in their place."""
        yield from super().compose()
        self._effects.display = False
        yield self._effects

    def table_part(self, height: int) -> int:
        """Half of them: trials are many."""
        return height // 2

    def show(self, seen: TrialsSeen) -> None:
        """Show the trials as they are now."""
        self._effects.show(seen)
        super().show(seen)

    def draw(self) -> None:
        """Draw the trials, the best one thick."""
        seen, here = self._seen, self._table.here
        if seen is None:
            return
        chosen = None
        if here is not None and here.runs and self._table.at < len(seen.curves.folds):
            chosen = self._table.at, f"trial {here.number}"
        best = seen.curves.best
        words = "" if best is None else metric_value(seen.curves.metric, best[1], seen.unit)
        self._curves.show(None if seen.refusal else seen.curves, words, chosen, waiting(seen))

    def runs_here(self) -> tuple[RunFolder, ...]:
        """The trial's runs that were begun."""
        here, runs = self._table.here, self._group.path.parents[1] / "runs"
        return () if here is None else tuple(RunFolder(runs / id) for id in here.runs)

    def allows(self, action: str) -> bool:
        """As of every group; the keys of curves have nothing to do while effects are shown."""
        match action:
            case "toggle_effects":
                return self._seen is not None
            case "turn_effects":
                return self._shows_effects and self._effects.has_more
            case "trial_recipe":
                seen = self._seen
                if seen is None or seen.refusal:
                    return False
                return isinstance(seen.record.asked, Sweep) and self._table.here is not None
        return not self._shows_effects and super().allows(action)

    @property
    def _shows_effects(self) -> bool:
        return self._effects.display

    def do_toggle_effects(self) -> None:
        """Show what the settings do in place of the curves, or the curves again."""
        self._effects.display = not self._effects.display
        self._curves.display = not self._effects.display
        self.call_after_refresh(self.post_message, self.KeysChanged())
        self.call_after_refresh(self.post_message, self.LooksElsewhere())

    def do_turn_effects(self) -> None:
        """Bring the next of the settings to the front."""
        self._effects.turn()

    def do_trial_recipe(self) -> None:
        """Ask for the recipe of the trial under the cursor."""
        here, seen = self._table.here, self._seen
        if here is None or seen is None or not isinstance(seen.record.asked, Sweep):
            return
        self.post_message(self.RecipeOpened(seen.record.asked.dimensions, here.values))
