"""The keys of the screen of runs, and which of them do something now.

Help and the command palette are made from them.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding, BindingType

RUNS_KEYS: list[BindingType] = [
    Binding("S", "stop_run", "stop", id="runs.stop",
            tooltip="Ask the run's trainer to stop and keep the weights; with the curves on the "
                    "whole screen, the trainer of every run on the axes."),
    Binding("slash", "filter", "filter", id="runs.filter",
            tooltip="Show only runs that answer the words you type."),
    Binding("s", "sort(1)", "sort", id="runs.sort",
            tooltip="Sort by the next column. Runs that go on stay on top."),
    Binding("r", "reverse", "Turn the order round", show=False, id="runs.reverse",
            tooltip="Turn the order round."),
    Binding("c", "toggle_diff", "compare", id="runs.compare",
            tooltip="Show what differs between the recipes of the chosen runs, or the curves."),
    Binding("f", "toggle_full", "full", id="runs.full",
            tooltip="Give the curves the whole screen, or show the table again."),
    Binding("2", "look('2')", "pictures", id="runs.pictures",
            tooltip="Look at two runs beside each other, tab by tab: what each has learned."),
    *(
        Binding(key, f"look('{key}')", f"{words} side by side", show=False, id=f"runs.{words}",
                tooltip=f"Look at the {words} of two runs beside each other.")
        for key, words in (("3", "classes"), ("4", "mistakes"), ("5", "network"))
    ),
    Binding("d,delete", "delete", "delete", id="runs.delete",
            tooltip="Move the run, or the chosen ones, into the bin."),
    Binding("n", "next_metric", "metric", id="runs.metric",
            tooltip="Draw the next of the runs' metrics."),
    Binding("v", "toggle_rows", "Held-out or training rows", show=False, id="runs.rows",
            tooltip="Draw the curves of held-out rows, or of training rows."),
    Binding("y", "toggle_log", "Log y", show=False, id="runs.log_y",
            tooltip="Draw the loss on a logarithmic axis, or back."),
    Binding("e", "edit_label('name')", "name", id="runs.label",
            tooltip="Give the run a name, tags and a note."),
    Binding("t", "edit_label('tags')", "Tag the run", show=False, id="runs.tag",
            tooltip="Give the run tags."),
    Binding("u", "undo", "undo", id="runs.undo",
            tooltip="Bring back the run that was deleted last; among the deleted, this one."),
    Binding("o", "open_recipe", "recipe", id="runs.recipe",
            tooltip="Open the run's recipe in the workbench, to change it and train it anew."),
    Binding("G", "open_group", "group", id="runs.group",
            tooltip="Open the group that the run is of; of another run, choose among all groups."),
    Binding("x", "export", "Export", show=False, id="runs.export",
            tooltip="Write the run as a script, a table or another format into a file."),
    Binding("D", "toggle_deleted", "Deleted runs", show=False, id="runs.deleted",
            tooltip="Show the runs in the bin, or those that are not."),
    Binding("E", "empty_bin", "Empty the bin", show=False, id="runs.empty_bin",
            tooltip="Remove the deleted runs for good, after asking."),
    Binding("tab", "app.focus_next", "next part", show=False, id="runs.focus",
            tooltip="Go from the table to what is under it and back."),
    Binding("escape", "go_back", "back", key_display="esc", id="runs.back",
            tooltip="Empty the filter, then the choice, then leave."),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeysNow:
    """All that decides which keys act; where two of these are equal, the same keys do."""

    here: bool
    """Whether there is a run under the cursor."""

    listed: bool
    """Whether there are runs, shown or not."""

    waiting: bool
    """Whether the runs are not read yet: the table's own keys wait for them."""

    stoppable: bool
    """Whether a run that would be asked to stop goes on."""

    can_undo: bool
    deleted: bool
    """Whether the runs in the bin are shown."""

    full: bool
    """Whether the curves have the whole screen."""

    comparing: bool
    pair: bool
    """Whether two runs are chosen, or one beside that under the cursor."""

    has_recipe: bool = True
    """Whether a recipe says how the one under the cursor is trained."""

    groups: bool = False
    """Whether any of the runs is of a group."""

    def offers(self, action: str) -> bool:
        """Whether an action of the screen would do something."""
        match action:
            case "open_recipe":
                return self.here and self.has_recipe and not self.deleted and not self.full
            case "edit_label" | "export" | "delete":
                return self.here and not self.deleted and not self.full
            case "open_group":
                return self.groups and not self.deleted and not self.full
            case "stop_run":
                return self.stoppable
            case "undo":
                return self.here if self.deleted else self.can_undo
            case "toggle_deleted":
                return not self.full
            case "empty_bin":
                return self.deleted and self.listed
            case "filter" | "sort" | "reverse":
                return self.listed and not self.full
            case "next_metric" | "toggle_rows" | "toggle_log":
                return self.here and not self.comparing
            case "toggle_full" | "toggle_diff":
                return self.here
            case "look":
                return self.pair and not self.deleted
        return True
