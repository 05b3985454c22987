"""A table as a few lines of plain Python: its file, its cells, its rows, their encoding."""
