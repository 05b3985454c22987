"""The layers (and optimizers, losses, …) on offer, read from Keras itself."""
