"""A cross-validation: a table of its folds, and their curves under their mean."""
