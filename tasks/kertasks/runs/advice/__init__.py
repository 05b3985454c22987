"""What advice says of a training, as plain records for both processes."""
