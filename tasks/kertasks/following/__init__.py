"""Follows what something else writes of a training, a file or a folder, and tells it as a run."""
