"""What a network says to rows that it is asked about."""
