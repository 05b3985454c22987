"""The table of a sweep's trials over their curves."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

from kertasks.groups.folder import GroupFolder
from kertasks.groups.sweep.asked import Sweep, recipe_of_trial
from kertasks.runs.folder import RunFolder
from kertui.groups.group_body import GroupBody, Wanted
from kertui.groups.group_curves import GroupCurves, waiting
from kertui.groups.sweep.effects_area import EffectsArea
from kertui.groups.sweep.trial_table import TrialTable
from kertui.groups.sweep.trials_seen import TrialsSeen
from kertui.text.group_figures import metric_value

_LEAST_CURVES = 8
"""Rows for the curves, under a table of many trials."""


class TrialsBody(GroupBody[TrialsSeen]):
    """Shows the trials, the one under the cursor apart among the curves.

    Args:
        group: whose.
    """

    def __init__(self, group: GroupFolder) -> None:
        super().__init__()
        self._group = group
        self._seen: TrialsSeen | None = None
        self._metric: str | None = None
        # Held, not looked up: an update may still arrive while the screen is being taken down.
        self._table = TrialTable()
        self._curves = GroupCurves("best")
        self._effects = EffectsArea()

    def compose(self) -> ComposeResult:
        """Lay out the table over the curves, and what may stand in their place."""
        yield self._table
        yield self._curves
        yield self._effects

    def on_mount(self) -> None:
        """Show the curves, and give the keys to the table."""
        self._effects.display = False
        self._table.focus()

    def on_resize(self) -> None:
        """Give the table half of the height at most, and no more than its rows."""
        height = self.size.height
        self._table.give_rows(max(3, min(height - _LEAST_CURVES, max(6, height // 2))))
        self.call_after_refresh(self.post_message, self.LooksElsewhere())

    @property
    def wanted(self) -> Wanted:
        """The metric that is shown, as finely as there is room for it."""
        return Wanted(self._metric, self._curves.places)

    def show(self, seen: TrialsSeen) -> None:
        """Show the trials as they are now."""
        self._seen = seen
        self._table.show(seen)
        self._effects.show(seen)
        self._draw()

    def _draw(self) -> None:
        seen, here = self._seen, self._table.here
        if seen is None:
            return
        chosen = None
        if here is not None and here.runs and self._table.at < len(seen.curves.folds):
            chosen = self._table.at, f"trial {here.number}"
        best = seen.curves.best
        words = "" if best is None else metric_value(seen.curves.metric, best[1], seen.unit)
        self._curves.show(None if seen.refusal else seen.curves, words, chosen, waiting(seen))

    @on(TrialTable.LineChosen)
    def _mark_trial(self, event: TrialTable.LineChosen) -> None:
        event.stop()
        self._draw()
        self.post_message(self.KeysChanged())

    @on(TrialTable.LineOpened)
    def _open_trial(self, event: TrialTable.LineOpened) -> None:
        event.stop()
        here, runs = self._table.here, self._group.path.parents[1] / "runs"
        if here is not None:
            self.post_message(self.RunsOpened(tuple(RunFolder(runs / id) for id in here.runs)))

    def allows(self, action: str) -> bool:
        """Whether a key would do something now."""
        metrics = len(self._seen.metrics) if self._seen is not None else 0
        match action:
            case "toggle_effects":
                return self._seen is not None
            case "turn_effects":
                return self._shows_effects and self._effects.has_more
            case "next_metric":
                return metrics > 1 and not self._shows_effects
            case "toggle_log" | "toggle_whole":
                return metrics > 0 and not self._shows_effects
            case "trial_recipe":
                seen = self._seen
                of_recipe = seen is not None and isinstance(seen.record.asked, Sweep)
                return of_recipe and self._table.here is not None
        return False

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

    def do_next_metric(self) -> None:
        """Draw the next of the metrics."""
        if self._seen is not None and self._seen.metrics:
            metrics = self._seen.metrics
            here = metrics.index(self._seen.curves.metric)
            self._metric = metrics[(here + 1) % len(metrics)]
            self.post_message(self.LooksElsewhere())

    def do_toggle_log(self) -> None:
        """Switch between a linear and a logarithmic axis."""
        self._curves.log_y = not self._curves.log_y
        self._draw()

    def do_toggle_whole(self) -> None:
        """Show the start of the curves too, or leave it out where it presses the rest together."""
        self._curves.whole = not self._curves.whole
        self._draw()

    def do_trial_recipe(self) -> None:
        """Ask for the recipe of the trial under the cursor."""
        here, seen = self._table.here, self._seen
        if here is None or seen is None or not isinstance(seen.record.asked, Sweep):
            return
        asked = seen.record.asked
        count = max(1, len(asked.recipe_names))
        recipes = [self._group.recipe(number) for number in range(1, count + 1)]
        self.post_message(
            self.RecipeOpened(recipe_of_trial(recipes, asked.dimensions, here.values))
        )
