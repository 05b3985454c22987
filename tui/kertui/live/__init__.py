"""The live pane: one run, followed, shown and steered."""
