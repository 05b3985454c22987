"""``kertui sweep``: the command, and what it and others tell of trials."""
