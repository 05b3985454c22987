"""Tasks that are a person's own: files of data in the home, files of Python in folders they name."""
