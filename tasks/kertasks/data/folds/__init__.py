"""Which rows of a task are held out when it is divided into folds."""
