"""Somebody's own Keras program as runs: a callback for it, and a process that runs it unchanged."""
