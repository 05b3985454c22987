"""Commands on data of a person's own."""
