"""Recipes, layers and values in a line of text."""
