"""A table of a person's own: what was understood in it, and all of it to be changed."""
