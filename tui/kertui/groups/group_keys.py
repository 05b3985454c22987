"""The keys of the screen of a group, and which of them do something now."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding, BindingType

from kertasks.groups.folder import COMMANDS, GroupState
from kertasks.runs.steering.commands import SteeringCommand

_HELP = {
    SteeringCommand.PAUSE: "Let all runs of the group wait at the end of the batch under way.",
    SteeringCommand.RESUME: "Let the paused runs of the group go on.",
    SteeringCommand.STOP: "End the runs of the group and keep what they have; r goes on with what "
    "is left. Leaving the screen does not end them.",
}

GROUP_KEYS: list[BindingType] = [
    *(
        Binding(command.row.key, f"steer('{command}')", command.row.label,
                key_display="space" if command.row.key == "space" else None,
                id=f"group.{command}", tooltip=_HELP[command])
        for command in COMMANDS
    ),
    Binding("r", "go_on", "resume", id="group.go_on",
            tooltip="Go on with what is left of the group, in new processes."),
    Binding("T", "final", "train on all rows", id="group.final",
            tooltip="Train one more network on all rows, for as many epochs as are best in the "
            "mean over the folds, and test it. Folds that are not finished are trained first."),
    Binding("n", "body('next_metric')", "metric", id="group.metric",
            tooltip="Draw the next of the metrics of the held-out rows."),
    Binding("f", "body('toggle_effects')", "effects", id="group.effects",
            tooltip="Show what each setting of a sweep does, and each two, or the curves again."),
    Binding("right_square_bracket", "body('turn_effects')", "more effects",
            id="group.more_effects", tooltip="Bring the next of the settings to the front."),
    Binding("y", "body('toggle_log')", "log y", id="group.log_y",
            tooltip="Draw the curves on a logarithmic axis, or back."),
    Binding("z", "body('toggle_whole')", "zoom", show=False, id="group.zoom",
            tooltip="Show the start of the curves too where it presses the rest together, or not."),
    Binding("e", "body('trial_recipe')", "its recipe", id="group.trial_recipe",
            tooltip="Open the recipe of the trial under the cursor in the workbench."),
    Binding("o", "open_recipe", "recipe", id="group.recipe",
            tooltip="Open the group's recipe in the workbench, to change it and train it anew."),
    Binding("escape", "go_back", "back", key_display="esc", id="group.back",
            tooltip="Leave this screen. The group goes on."),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class GroupKeysNow:
    """All that decides which keys act; where two of these are equal, the same keys do."""

    state: GroupState | None = None
    """None as long as the group is not read."""

    asked: SteeringCommand | None = None
    """What was asked of it here and is not answered yet."""

    refused: bool = False
    may_train_all: bool = False
    """Whether a run on all rows comes after its runs, and is not asked for yet."""

    has_recipe: bool = True
    """Whether its runs are made of a recipe; those of a program are not."""

    is_elsewhere: bool = False
    """Whether it is a group of another host, which is only read here."""

    def offers(self, action: str, command: str = "") -> bool:
        """Whether an action of the screen would do something."""
        state = self.state
        match action:
            case "steer":
                return self._allows(SteeringCommand(command))
            case "go_on":
                left = state in (GroupState.STOPPED, GroupState.FAILED)
                return left and self.asked is None and not self.refused and not self.is_elsewhere
            case "final":
                return self.may_train_all and not self.refused and not self.is_elsewhere
            case "open_recipe":
                return state is not None and self.has_recipe
        return True

    def _allows(self, command: SteeringCommand) -> bool:
        if self.state is None or not self.state.goes_on or self.is_elsewhere:
            return False
        if self.asked is SteeringCommand.STOP:
            return False
        row = command.row
        # What was asked for a moment ago may be taken back before all runs have come to it.
        holds = self.state is GroupState.PAUSED or self.asked is SteeringCommand.PAUSE
        return row.while_paused if holds else row.while_training
