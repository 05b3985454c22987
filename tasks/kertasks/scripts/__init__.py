"""Recipes become plain Keras scripts here, with no kertasks in them."""
