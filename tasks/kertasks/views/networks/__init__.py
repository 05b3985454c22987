"""The network that a view looks at: a run's own, with the weights of an epoch."""
