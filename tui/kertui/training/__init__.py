"""Runs: the run folder, its events, and the processes that write them."""
