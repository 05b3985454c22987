"""A recipe as a plain Keras script, with no kertasks in it."""
