"""Tells of a run's end: ``--on-end`` to a command of the person's, ``--notify`` to the terminal."""
