"""Fields of a form: the grid that shows them, the editors that change them."""
