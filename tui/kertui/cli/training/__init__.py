"""The commands that train, or say what a training would be."""
