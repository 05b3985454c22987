"""Datasets: their arrays, what is worth knowing of them, and the files they come from."""
