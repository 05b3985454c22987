"""The run that the live pane follows: what is read of it, and what is known of it by that."""
