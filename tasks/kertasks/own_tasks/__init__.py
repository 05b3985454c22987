"""Tasks that are a person's own: of data, in the home; of Python, in folders they name."""
