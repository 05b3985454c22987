"""The process that trains: it claims a run, trains it and answers requests."""
