"""The recipe under edit: its changes, and what is said of it."""
