"""The weights of a training: those it goes on from, those of its epochs, those in memory."""
