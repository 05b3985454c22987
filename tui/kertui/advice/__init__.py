"""What is wrong with the recipe under edit and with the run shown: a line, and a list behind it."""
