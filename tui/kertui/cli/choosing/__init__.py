"""What there is to train, and new recipes for it: ``kertui tasks`` and ``kertui new``."""
