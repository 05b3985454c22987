"""Ask the network of the run that is followed: the task's own form, and the answer as one types."""
