"""What a network computes of some rows, as it is and by how its loss changes with its weights, with
whichever backend Keras has; nothing of the network changes."""
