"""The commands that do something with a run there is."""
