"""Layers of a saved network, with the weights it learned, as a layer of a recipe."""
