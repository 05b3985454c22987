"""Forms: fields made from what Keras says of a class, and the widgets that edit them."""
