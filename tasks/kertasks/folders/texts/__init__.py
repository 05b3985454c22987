"""A folder of texts: what a task of one says, and how its files are read and loaded."""
