"""Trials of a person's own program: started again and again with other values of its arguments."""
