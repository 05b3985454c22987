"""A run without a recipe, followed: its live pane alone, and the other runs of its script."""
