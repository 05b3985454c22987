"""The runs of a home as a list: where they lie, a line of each, those that were removed."""
