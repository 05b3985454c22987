"""Processes that import Keras, as those who must not import it start and ask them."""
