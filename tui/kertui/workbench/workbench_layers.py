"""The layers' side of the workbench: every change of the recipe that a person makes."""

from __future__ import annotations

from textual import on

from kertasks.keras_catalog.catalog import ClassInfo
from kertui.forms.starting_values import starting_layer
from kertui.workbench.draft.draft import Change
from kertui.workbench.layers.add_layer import AddLayerScreen
from kertui.workbench.layers.layer_form import LayerForm
from kertui.workbench.layers.layer_list import INPUT_ROW, LayerList
from kertui.workbench.settings.training_settings import TrainingSettings
from kertui.workbench.workbench_base import WorkbenchBase, after_typing


class LayerActions(WorkbenchBase):
    """Changes the draft by what the left column and its keys say."""

    @on(LayerList.LayerChosen)
    def follow_choice(self) -> None:
        """Other keys act on another row."""
        self.refresh_bindings()

    @on(LayerList.LayerOpened)
    def action_edit_layer(self) -> None:
        """Put the focus into the form."""
        self._show_tab("layers")
        self._column.focus_form()

    def action_edit_settings(self) -> None:
        """Put the focus into the training settings."""
        self._show_tab("layers")
        self._column.focus_settings()

    @on(LayerForm.ArgumentChanged)
    def set_argument(self, event: LayerForm.ArgumentChanged) -> None:
        """A layer's argument has another value."""
        self._draft.set_argument(event.index, event.path, event.value)
        self._take_change(self.selected)

    @on(LayerForm.NameChanged)
    def set_name(self, event: LayerForm.NameChanged) -> None:
        """A layer has another name."""
        self._draft.set_name(event.index, event.name)
        self._take_change(self.selected)

    @on(LayerForm.InputsChanged)
    def set_inputs(self, event: LayerForm.InputsChanged) -> None:
        """A layer reads other layers."""
        self._draft.set_inputs(event.index, event.inputs)
        self._take_change(self.selected)

    @on(TrainingSettings.SettingChanged)
    def set_setting(self, event: TrainingSettings.SettingChanged) -> None:
        """A setting has another value."""
        self._draft.change(event.recipe, event.what)
        self._take_change(self.selected)

    @after_typing
    def action_add_layer(self) -> None:
        """Search a layer and put it after the chosen one."""
        if self._catalog is None:
            self.notify("Keras's layers are still being read; they are here in a moment.")
            return
        after = "the input"
        if self.selected != INPUT_ROW:
            layer = self._draft.recipe.layers[self.selected]
            after = f"{layer.class_name}, layer {self.selected + 1}"
        self.app.push_screen(AddLayerScreen(self._catalog, after), self._add_chosen)

    def _add_chosen(self, info: ClassInfo | None) -> None:
        if info is None or self._catalog is None:
            return
        layer = starting_layer(info, self._catalog)
        self._take_change(self._draft.add_layer(self.selected + 1, layer))
        self._show_tab("layers")
        self._column.focus_form(("inputs",) if info.several_inputs else None)

    @after_typing
    def action_delete_layer(self) -> None:
        """Take the chosen layer out."""
        self._take_change(self._draft.delete_layer(self.selected))

    @after_typing
    def action_duplicate_layer(self) -> None:
        """Put a copy after the chosen layer."""
        self._take_change(self._draft.duplicate_layer(self.selected))

    @after_typing
    def action_move_layer(self, by: int) -> None:
        """Move the chosen layer."""
        self._take_change(self._draft.move_layer(self.selected, by))

    def action_undo(self) -> None:
        """Take the last change back."""
        self._go_to(self._draft.undo())

    def action_redo(self) -> None:
        """Make the change again that was taken back."""
        self._go_to(self._draft.redo())

    def _go_to(self, change: Change | None) -> None:
        if change is not None:
            self._take_change(self.selected if change.layer is None else change.layer)
