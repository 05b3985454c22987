"""The drawing surface of every hand-drawn widget."""
