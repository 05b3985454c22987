"""A terminal program to pick a task, edit a network's layers and watch it train."""

__version__ = "0.1.0"
