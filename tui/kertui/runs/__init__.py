"""All runs as a table, and the curves of the chosen ones on the same axes."""
