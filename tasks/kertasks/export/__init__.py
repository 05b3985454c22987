"""What a run leaves to others, without kertui: one file a format."""
