"""What differs between recipes: the rows, and the widgets that show them."""
