"""The process that trains: how it begins, which run it takes, what it answers meanwhile."""
