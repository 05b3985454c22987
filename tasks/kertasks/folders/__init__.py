"""A person's own folder of pictures or texts, a class a folder in it."""
