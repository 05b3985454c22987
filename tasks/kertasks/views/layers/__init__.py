"""What the layers of a network are like: weights, activations, gradients, units."""
