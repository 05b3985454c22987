"""The keys of the workbench. Help and the command palette are made from them."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from kertui.live.steering import steering_keys

WORKBENCH_KEYS: list[BindingType] = [
    Binding(
        "space",
        "start_training",
        "start",
        key_display="space",
        id="workbench.start",
        tooltip="Train the recipe as it stands, from fresh weights.",
    ),
    Binding(
        "r",
        "resume_run",
        "resume",
        id="workbench.resume",
        tooltip="Go on with the training shown, which is over, from its last checkpoint.",
    ),
    *steering_keys("workbench"),
    Binding(
        "y",
        "live('log_y')",
        "log y",
        id="workbench.log_y",
        tooltip="Draw the loss on a logarithmic axis, or back.",
    ),
    Binding(
        "m",
        "live('smooth')",
        "smooth",
        id="workbench.smooth",
        tooltip="Show the trend of each curve, the raw one behind it.",
    ),
    Binding(
        "n",
        "live('next_metric')",
        "metric",
        show=False,
        id="workbench.metric",
        tooltip="Draw the next of the run's metrics.",
    ),
    Binding(
        "z",
        "live('zoom')",
        "zoom",
        show=False,
        id="workbench.zoom",
        tooltip="See the last part of the run, or the whole.",
    ),
    Binding(
        "l",
        "live('log')",
        "log",
        show=False,
        id="workbench.log",
        tooltip="Read what the trainer printed.",
    ),
    Binding(
        "a",
        "add_layer",
        "add layer",
        id="workbench.add",
        tooltip="Search Keras's layers and put one after the chosen layer.",
    ),
    Binding(
        "e", "edit_layer", "edit", id="workbench.edit", tooltip="Change the chosen layer's values."
    ),
    Binding(
        "t",
        "edit_settings",
        "settings",
        id="workbench.settings",
        tooltip="Change optimizer, loss, epochs, validation and data.",
    ),
    Binding("u,ctrl+z", "undo", "undo", id="workbench.undo", tooltip="Take the last change back."),
    Binding(
        "U,ctrl+y",
        "redo",
        "redo",
        show=False,
        id="workbench.redo",
        tooltip="Make the change again that was taken back.",
    ),
    Binding(
        "x,delete",
        "delete_layer",
        "delete",
        show=False,
        id="workbench.delete",
        tooltip="Take the chosen layer out.",
    ),
    Binding(
        "d",
        "duplicate_layer",
        "duplicate",
        show=False,
        id="workbench.duplicate",
        tooltip="Put a copy of the chosen layer after it.",
    ),
    Binding(
        "K,shift+up,ctrl+up",
        "move_layer(-1)",
        "move up",
        show=False,
        id="workbench.up",
        tooltip="Move the chosen layer towards the input.",
    ),
    Binding(
        "J,shift+down,ctrl+down",
        "move_layer(1)",
        "move down",
        show=False,
        id="workbench.down",
        tooltip="Move the chosen layer towards the output.",
    ),
    Binding(
        "w,ctrl+s",
        "save_recipe",
        "save",
        id="workbench.save",
        tooltip="Save the recipe as a TOML file.",
    ),
    Binding(
        "o", "open_recipe", "open", id="workbench.open", tooltip="Open a recipe from a TOML file."
    ),
    Binding(
        "c",
        "compare",
        "compare",
        id="workbench.compare",
        tooltip="See the recipe beside the one it came from.",
    ),
    Binding(
        "R",
        "choose_recipe",
        "recipes",
        id="workbench.recipes",
        tooltip="Take another recipe of this task.",
    ),
    Binding(
        "1",
        "show_tab('layers')",
        "layers",
        id="workbench.layers",
        tooltip="Show the layers and settings (on a narrow terminal).",
    ),
    Binding(
        "2",
        "show_tab('live')",
        "live",
        id="workbench.live",
        tooltip="Show the curves (on a narrow terminal).",
    ),
    Binding(
        "escape",
        "go_back",
        "back",
        key_display="esc",
        id="workbench.back",
        tooltip="From a form to the layers, from there to the tasks. A training goes on.",
    ),
]
