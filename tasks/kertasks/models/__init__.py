"""Recipes become Keras models here."""
