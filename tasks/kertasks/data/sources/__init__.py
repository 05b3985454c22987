"""Where data comes from: the files of Keras's own datasets, and how they are fetched."""
