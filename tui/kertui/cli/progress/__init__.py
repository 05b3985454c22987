"""How far something has come, told line by line."""
