"""The hosts of a Ray cluster that share the training of one network with the trainer."""
