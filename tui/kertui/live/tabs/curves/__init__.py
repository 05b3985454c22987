"""The curves of a run, and the table of its epochs."""
