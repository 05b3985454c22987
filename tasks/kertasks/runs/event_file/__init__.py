"""What a training tells of itself: the events, the file they are appended to, and who reads it."""
