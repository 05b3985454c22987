"""The layers, optimizers, losses and metrics on offer, read from Keras itself."""
