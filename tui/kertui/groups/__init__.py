"""The screen of a group: many runs as one, live or over; a room for each kind of group."""
