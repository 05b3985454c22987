"""What was seen in data: the columns of a table, or the classes and arrays of other data."""
