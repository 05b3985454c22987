"""Recipes: a network and how to train it, as plain data that reads and writes TOML."""
