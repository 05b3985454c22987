"""The runs of a group on the machines of a Ray cluster. What is known of a run is in its folder on
the host of the runner, as that of any run."""
