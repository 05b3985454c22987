"""What a network learned, drawn as rows of cells: a file a picture."""
