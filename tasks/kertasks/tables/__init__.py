"""A person's own table: read, understood, split, and made the rows of a network."""
