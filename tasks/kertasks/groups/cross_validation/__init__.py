"""A run for each fold of a task's rows: what was asked, which runs that is, what they came to."""
