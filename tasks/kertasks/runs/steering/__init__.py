"""What is asked of a training that goes on, and how it hears of it."""
