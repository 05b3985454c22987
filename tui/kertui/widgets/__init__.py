"""The reusable parts of the screens, named by their place."""
