"""How the network is trained: the form of everything that is not a layer."""
