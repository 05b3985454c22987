"""What the live pane looks at of a network: when, by whom it is computed, and what came of it."""
