"""The keys of the workbench."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from kertui.live.pane_keys import live_keys
from kertui.live.steering import steering_keys

WORKBENCH_KEYS: list[BindingType] = [
    Binding("space", "start_training", "start", key_display="space", id="workbench.start",
            tooltip="Train the recipe as it stands, from fresh weights."),
    # What steers the training shown.
    Binding("r", "resume_run", "resume", id="workbench.resume",
            tooltip="Go on with the training shown, which is over, from its last checkpoint."),
    Binding("T", "retrain", "retrain", id="workbench.retrain",
            tooltip="Train a fresh network on all rows, those held out too, for the best "
            "epoch's number of epochs."),
    Binding("V", "cross_validate", "cross-validate", show=False, id="workbench.folds",
            tooltip="Train the recipe fold by fold: how good it is, and how sure that is."),
    Binding("M", "sweep", "sweep", id="workbench.sweep",
            tooltip="Train the recipe with all values that were typed into its fields."),
    *steering_keys(),
    *live_keys("workbench"),
    # What changes the recipe.
    Binding("a", "edit('add_layer')", "add layer", id="workbench.add",
            tooltip="Search Keras's layers and put one after the chosen layer."),
    Binding("e", "edit_layer", "edit", id="workbench.edit",
            tooltip="Change the chosen layer's values."),
    Binding("t", "edit_settings", "settings", id="workbench.settings",
            tooltip="Change optimizer, loss, epochs, validation and data."),
    Binding("u,ctrl+z", "edit('undo')", "undo", id="workbench.undo",
            tooltip="Take the last change back."),
    Binding("U,ctrl+y", "edit('redo')", "redo", show=False, id="workbench.redo",
            tooltip="Make the change again that was taken back."),
    Binding("x,delete", "edit('delete_layer')", "delete", show=False, id="workbench.delete",
            tooltip="Take the chosen layer out."),
    Binding("d", "edit('duplicate_layer')", "duplicate", show=False,
            id="workbench.duplicate",
            tooltip="Put a copy of the chosen layer after it."),
    Binding("K,shift+up,ctrl+up", "edit('move_layer', -1)", "move up", show=False,
            id="workbench.up", tooltip="Move the chosen layer towards the input."),
    Binding("J,shift+down,ctrl+down", "edit('move_layer', 1)", "move down", show=False,
            id="workbench.down", tooltip="Move the chosen layer towards the output."),
    # What is wrong with it.
    Binding("f", "advice('fix')", "fix", show=False, id="advice.fix",
            tooltip="Change the recipe as the advice line says; undo takes it back."),
    Binding("i", "advice('open')", "advice", show=False, id="advice.open",
            tooltip="Read all that may keep it from learning: reasons, fixes, trials."),
    # Where recipes come from and go to.
    Binding("w,ctrl+s", "save_recipe", "save", id="workbench.save",
            tooltip="Save the recipe as a TOML file."),
    Binding("o", "open_recipe", "open", id="workbench.open",
            tooltip="Open a recipe from a TOML file."),
    Binding("c", "compare", "compare", id="workbench.compare",
            tooltip="See the recipe beside the one it came from."),
    Binding("R", "choose_recipe", "recipes", id="workbench.recipes",
            tooltip="Take another recipe of this task."),
    Binding("0", "show_recipe", "recipe", show=False, id="workbench.recipe",
            tooltip="Go to the layers and settings."),
    Binding("escape", "go_back", "back", key_display="esc", id="workbench.back",
            tooltip="From a form to the layers, from there to the tasks. A training goes on."),
]  # fmt: skip
