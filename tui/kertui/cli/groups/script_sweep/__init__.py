"""The command line of sweeps of a person's own program."""
