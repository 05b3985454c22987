"""``kertui cross-validate``: the command, and what it and others tell of folds."""
