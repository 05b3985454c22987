"""Rows as they lie in files: written once, read where they lie, and those that a person types."""
