"""One file a screen, its ``.tcss`` beside it."""
