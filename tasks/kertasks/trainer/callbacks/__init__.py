"""The Keras callbacks of a training: one file each."""
