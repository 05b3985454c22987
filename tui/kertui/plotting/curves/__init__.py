"""The curves of a run: which there are, thinned to the columns there are, drawn on shared axes."""
