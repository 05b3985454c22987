"""Training: ``fit``, ``evaluate`` and ``predict`` with Keras's arguments and results."""
