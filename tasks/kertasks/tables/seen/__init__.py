"""What is seen in a table: counted, suggested, refused and warned of."""
