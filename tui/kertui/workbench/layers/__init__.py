"""The layers of the network: the list, the form of one, and adding another."""
