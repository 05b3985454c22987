"""A person's own arrays, in an ``.npz`` or ``.npy`` file: looked at, split, made rows."""
