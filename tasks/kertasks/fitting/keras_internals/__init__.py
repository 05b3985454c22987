"""Everything here reaches into Keras or TensorFlow beyond the public interface.

Written for Keras 3.15 on TensorFlow 2.21; to be looked at again with every later version.
No module of another room uses a private name of either.
"""
