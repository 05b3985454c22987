"""The dialogs that any screen may open."""
