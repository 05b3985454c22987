"""The recipe being edited: changes, undo, comparison. No widgets here."""
