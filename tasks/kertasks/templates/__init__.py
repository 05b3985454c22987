"""Recipes fitted to data that no recipe was written for."""
