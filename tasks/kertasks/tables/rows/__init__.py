"""From the cells of a table to the rows of a network, and back to what a person reads."""
