"""The first screen: choose a task, see its data, choose a recipe."""
